package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.policies.InvalidRoutingException;
import io.penstock.schemas.policies.RoutingFile;
import io.penstock.schemas.policies.RoutingPublisher;
import io.penstock.schemas.registry.ConcurrentRegistryChangeException;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingKind;
import io.penstock.schemas.routing.RoutingState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code penstock routing} and the commands below it. */
@Command(
    name = "routing",
    description = "List, apply and remove routing policies: tenants, aliases, ladders.",
    footer = {
      "",
      "Examples:",
      "  penstock routing apply routing.yaml",
      "  penstock routing list --kind tenant",
      "  penstock routing remove tenant acme"
    })
final class RoutingCommand extends GroupCommand {

  private static final String PATH = "/admin/routing";

  /** {@code penstock routing list}. */
  @Command(
      name = "list",
      description = {
        "Show what is on the routing topic, what the control loop decided included.",
        "",
        "JSON: an object for each entry with kind, name, version, changedBy, reason, changedAt and"
            + " document."
      })
  static final class ListEntries extends OperatorResultCommand<List<RoutingPublisher.Stored>> {

    private static final Listing<RoutingPublisher.Stored> LISTING =
        Listing.of(
            Column.shown(
                "ENTRY", entry -> RoutingKind.of(entry.document()).key(entry.document().name())),
            Column.field("kind", entry -> RoutingKind.of(entry.document()).label()),
            Column.field("name", entry -> entry.document().name()),
            Column.of("VERSION", "version", RoutingPublisher.Stored::version),
            Column.of("CHANGED", "changedAt", RoutingPublisher.Stored::changedAt),
            Column.of(
                "BY",
                "changedBy",
                RoutingPublisher.Stored::changedBy,
                name -> name.isEmpty() ? "-" : name),
            Column.field("reason", RoutingPublisher.Stored::reason),
            Column.of("DOCUMENT", "document", entry -> json(entry.document())));

    @Option(names = "--kind", paramLabel = "KIND", description = "Only this kind, such as tenant.")
    @Nullable String kind;

    ListEntries(Environment environment) {
      super(environment);
    }

    @Override
    void validate() {
      if (kind != null) {
        kindOf(kind);
      }
    }

    @Override
    List<RoutingPublisher.Stored> ask(Cluster cluster) {
      Map<String, RoutingPublisher.Stored> entries = cluster.routing().entries();
      // Revisions have a command of their own.
      entries
          .keySet()
          .removeIf(
              key ->
                  kind != null
                      ? !key.startsWith(kind + "/")
                      : key.startsWith(RoutingKind.REVISION.key("")));
      return List.copyOf(entries.values());
    }

    @Override
    List<RoutingPublisher.Stored> ask(FrontClient client) throws InterruptedException {
      String query = kind == null ? "" : "?kind=" + FrontPages.encoded(kind);
      return FrontPages.objects(client.object(FrontCall.get(PATH + query))).stream()
          .map(FrontDocuments::stored)
          .toList();
    }

    @Override
    int show(List<RoutingPublisher.Stored> entries) {
      LISTING.print(console(), output.json, entries, "no routing entry");
      return ExitCodes.OK;
    }
  }

  /** {@code penstock routing apply}. */
  @Command(
      name = "apply",
      description = {
        "Add the policies of a file, or replace those of the same name; others stay.",
        "",
        "The file is checked as a whole, together with the models, before anything changes. Keys:"
            + " tenants, aliases, ladders. JSON: {\"applied\":[\"KIND/NAME\",...]}."
      },
      footer = {
        "",
        "A file:",
        "  tenants:",
        "    - name: acme",
        "      deniedProviders: [elsewhere]",
        "      budgets: [{period: day, soft: 5, hard: 10}]",
        "  aliases:",
        "    - name: smart",
        "      models: [small, large]",
        "      goal: {strongShare: 0.3}"
      })
  static final class Apply extends OperatorResultCommand<List<String>> {

    @Parameters(paramLabel = "FILE", description = "A YAML or JSON file of policies.")
    Path file = Path.of("");

    @Option(
        names = "--reason",
        paramLabel = "TEXT",
        description = "The reason. It is recorded with the change.")
    @Nullable String reason;

    Apply(Environment environment) {
      super(environment);
    }

    private List<RoutingDocument> documents() {
      return explained(
          () -> {
            try {
              return RoutingFile.read(file);
            } catch (IOException e) {
              throw CliException.usage("%s cannot be read: %s".formatted(file, e.getMessage()));
            }
          });
    }

    @Override
    List<String> ask(Cluster cluster) {
      List<RoutingDocument> documents = documents();
      explained(() -> cluster.routing().put(documents, user(), reason));
      return keys(documents);
    }

    @Override
    List<String> ask(FrontClient client) throws InterruptedException {
      List<RoutingDocument> documents = documents();
      ObjectNode body = RecordJson.read(RoutingFile.json(documents));
      if (reason != null) {
        body.put("reason", reason);
      }
      var _ = client.succeed(FrontCall.put(PATH, FrontDocuments.bytes(body)));
      return keys(documents);
    }

    private static List<String> keys(List<RoutingDocument> documents) {
      return documents.stream()
          .map(document -> RoutingKind.of(document).key(document.name()))
          .toList();
    }

    @Override
    int show(List<String> keys) {
      if (output.json) {
        ObjectNode node = RecordJson.MAPPER.createObjectNode();
        keys.forEach(node.putArray("applied")::add);
        console().print(node);
      } else {
        keys.forEach(key -> console().print("applied " + key));
      }
      return ExitCodes.OK;
    }
  }

  /** {@code penstock routing remove}. */
  @Command(
      name = "remove",
      description = {
        "Remove an entry.",
        "",
        "JSON: {\"entry\",\"removed\"}. Exits 1 if there is no such entry."
      })
  static final class Remove extends OperatorResultCommand<Boolean> {

    @Parameters(index = "0", paramLabel = "KIND", description = "Such as tenant, alias or ladder.")
    String kind = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "Its name.")
    String name = "";

    Remove(Environment environment) {
      super(environment);
    }

    @Override
    void validate() {
      kindOf(kind);
    }

    @Override
    Boolean ask(Cluster cluster) {
      RoutingKind of = kindOf(kind);
      boolean[] removed = {false};
      change(
          cluster,
          "removed",
          state -> {
            removed[0] = state.all(of.type()).anyMatch(each -> each.name().equals(name));
            return List.of(new RoutingPublisher.Edit.Remove(of, name));
          });
      return removed[0];
    }

    @Override
    Boolean ask(FrontClient client) throws InterruptedException {
      String path = FrontDocuments.path(PATH, kindOf(kind).label());
      return FrontDocuments.remove(client, FrontDocuments.pathWithSlashes(path, name));
    }

    @Override
    int show(Boolean removed) {
      String key = kindOf(kind).key(name);
      if (output.json) {
        console()
            .print(RecordJson.MAPPER.createObjectNode().put("entry", key).put("removed", removed));
      } else if (removed) {
        console().print("removed " + key);
      } else {
        console().error("there is no %s; see 'penstock routing list'".formatted(key));
      }
      return removed ? ExitCodes.OK : ExitCodes.FAILURE;
    }
  }

  /** Returns who changes something: the person at the keyboard. */
  static String user() {
    return System.getProperty("user.name", "");
  }

  /** A document as it lies on the routing topic. */
  static ObjectNode json(RoutingDocument document) {
    return RecordJson.read(RoutingCodec.json(document));
  }

  /**
   * Writes one document and returns it.
   *
   * @param reason why, or null
   * @param decide the document, from what there is and the time; may be called again should
   *     something come between
   */
  static <D extends RoutingDocument> D write(
      ClusterCommand command,
      Cluster cluster,
      @Nullable String reason,
      BiFunction<RoutingState, Instant, D> decide) {
    AtomicReference<@Nullable D> decided = new AtomicReference<>();
    change(
        cluster,
        reason,
        state -> {
          D document = decide.apply(state, command.environment.clock().instant());
          decided.set(document);
          return List.of(new RoutingPublisher.Edit.Put(document));
        });
    return Objects.requireNonNull(decided.get());
  }

  /** Changes documents in the name of the person at the keyboard. */
  static void change(
      Cluster cluster,
      @Nullable String reason,
      Function<RoutingState, List<RoutingPublisher.Edit>> edits) {
    explained(() -> cluster.routing().change(user(), reason, edits));
  }

  /** The kind of this label. */
  private static RoutingKind kindOf(String label) {
    return RoutingKind.ofLabel(label)
        .orElseThrow(
            () ->
                CliException.usage(
                    "kind '%s' is unknown; known are %s"
                        .formatted(
                            label,
                            Arrays.stream(RoutingKind.values())
                                .map(RoutingKind::label)
                                .collect(Collectors.joining(", ")))));
  }

  /**
   * Runs a change of the routing, and says in plain words why it was refused: by the rules, by
   * somebody else's change, or by the state of things.
   */
  static <T> T explained(Supplier<T> change) {
    try {
      return change.get();
    } catch (InvalidRoutingException
        | ConcurrentRegistryChangeException
        | IllegalArgumentException e) {
      throw CliException.failure(e.getMessage(), e);
    }
  }
}
