package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.DeadLetter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code penstock dead-letters} and the commands below it. */
@Command(
    name = "dead-letters",
    description = "List, show and replay records that could not be served.",
    footer = {
      "",
      "list, show and replay go over HTTP where --url and --admin-key say so. Letters have other"
          + " ids there, and those that somebody replayed or discarded are left out.",
      "",
      "Examples:",
      "  penstock dead-letters list --from 1h",
      "  penstock dead-letters show 0195f0a2-7c11-7d3e-9c55-0d3f2a1b4c6d",
      "  penstock dead-letters replay --all --dry-run"
    })
final class DeadLettersCommand extends GroupCommand {

  /** A letter and the id by which commands name it. */
  record Named(String id, DeadLetter letter) {}

  /**
   * Reads all letters from a start. A letter is named by its request's id, or, where that could not
   * be read, by its source as topic:partition:offset.
   */
  static void forEach(
      ClusterCommand command, Cluster cluster, TopicLog.Start start, Consumer<Named> action) {
    String topic = cluster.names().deadLetters();
    EntryReader<DeadLetter> reader = new EntryReader<>(cluster.serdes(), DeadLetter.class);
    cluster
        .log()
        .read(
            topic,
            start,
            entry -> {
              reader
                  .read(entry)
                  .ifPresent(letter -> action.accept(new Named(nameOf(letter), letter)));
              return true;
            });
    reader.warn(command.console(), topic);
  }

  private static String nameOf(DeadLetter letter) {
    return letter
        .getRequestId()
        .orElseGet(
            () ->
                letter.getSourceTopic()
                    + ":"
                    + letter.getSourcePartition()
                    + ":"
                    + letter.getSourceOffset());
  }

  private static ObjectNode json(Named named) {
    ObjectNode json = RecordJson.MAPPER.createObjectNode().put("id", named.id());
    json.setAll(RecordJson.of(named.letter()));
    return json;
  }

  /** {@code penstock dead-letters list}. */
  @Command(
      name = "list",
      description = {
        "Show dead letters, oldest first within a partition.",
        "",
        "ID is the request's id, or topic:partition:offset where it could not be read. JSON: a"
            + " DeadLetter record for each, with that id as 'id'."
      })
  static final class ListLetters extends OperatorCommand {

    @Option(
        names = "--from",
        paramLabel = "TIME",
        description = "Only letters since then: an instant or a time ago, such as 1h.")
    @Nullable String from;

    ListLetters(Environment environment) {
      super(environment);
    }

    @Override
    int run(Cluster cluster) {
      TopicLog.Start start =
          from == null
              ? new TopicLog.Start.Beginning()
              : new TopicLog.Start.At(TimeText.past("--from", from, environment.clock().instant()));
      List<Named> letters = new ArrayList<>();
      Listing<Named> listing = listing(environment.clock().instant());
      forEach(
          this,
          cluster,
          start,
          named -> {
            if (output.json) {
              console().print(listing.json(named));
            } else {
              letters.add(named);
            }
          });
      if (!output.json) {
        listing.print(console(), false, letters, "no dead letters");
      }
      return ExitCodes.OK;
    }

    @Override
    int run(FrontClient client) throws InterruptedException {
      Instant now = environment.clock().instant();
      Optional<Duration> age =
          Optional.ofNullable(from)
              .map(text -> Duration.between(TimeText.past("--from", text, now), now));
      FrontDeadLetters.listing(now)
          .print(
              console(),
              output.json,
              FrontDeadLetters.list(client, console(), age),
              "no dead letters");
      return ExitCodes.OK;
    }

    private static Listing<Named> listing(Instant now) {
      return Listing.ofRecords(
          DeadLettersCommand::json,
          Column.shown("ID", Named::id),
          Column.shown(
              "AGE", named -> TimeText.age(Duration.between(named.letter().getDeadAt(), now))),
          Column.shown("STAGE", named -> named.letter().getStage()),
          Column.shown("ATTEMPTS", named -> named.letter().getAttempts()),
          Column.shown("CODE", named -> named.letter().getFailure().getCode()),
          Column.shown("FIELD", named -> named.letter().getFailure().getField()),
          Column.shown("MESSAGE", named -> named.letter().getFailure().getMessage()));
    }
  }

  /** {@code penstock dead-letters show}. */
  @Command(
      name = "show",
      description = {
        "Show everything about a dead letter, as JSON.",
        "",
        "Exits 1 if there is none of this id. With --json on one line."
      })
  static final class Show extends OperatorCommand {

    @Parameters(paramLabel = "ID", description = "The id that 'list' gives.")
    String id = "";

    private int found;

    Show(Environment environment) {
      super(environment);
    }

    @Override
    int run(Cluster cluster) {
      forEach(
          this,
          cluster,
          new TopicLog.Start.Beginning(),
          named -> {
            if (named.id().equals(id)) {
              found++;
              console().print(output.json ? json(named).toString() : json(named).toPrettyString());
            }
          });
      if (found == 0) {
        console().error("no dead letter '%s'; see 'penstock dead-letters list'".formatted(id));
      }
      return found > 0 ? ExitCodes.OK : ExitCodes.FAILURE;
    }

    @Override
    int run(FrontClient client) throws InterruptedException {
      ObjectNode letter = client.object(FrontCall.get(FrontDeadLetters.path(id)));
      console().print(output.json ? letter.toString() : letter.toPrettyString());
      return ExitCodes.OK;
    }
  }

  /** {@code penstock dead-letters discard}. */
  @Command(
      name = "discard",
      description = {
        "Take dead letters off the list of the front. Over HTTP only; Kafka deletes them in time.",
        "",
        "JSON: {\"id\",\"discarded\":true} for each."
      })
  static final class Discard extends AdminCommand {

    @Parameters(arity = "1..*", paramLabel = "ID", description = "Ids that 'list' gives over HTTP.")
    List<String> ids = List.of();

    Discard(Environment environment) {
      super(environment);
    }

    @Override
    int run(FrontClient client) throws InterruptedException {
      for (String id : ids) {
        var _ = client.succeed(FrontCall.delete(FrontDeadLetters.path(id)));
        if (output.json) {
          console()
              .print(RecordJson.MAPPER.createObjectNode().put("id", id).put("discarded", true));
        } else {
          console().print("discarded " + id);
        }
      }
      return ExitCodes.OK;
    }
  }

  /** {@code penstock dead-letters replay}. */
  @Command(
      name = "replay",
      description = {
        "Produce the requests of dead letters again.",
        "",
        "Each gets a new id and the attribute replayOf with the old one, since the old id already"
            + " has its one result. A deadline that has passed is left out, so that the class's"
            + " default applies. A letter without its payload is replayed from the record at its"
            + " source offset while the log keeps it. The result comes in the form in which the"
            + " original wanted it, JSON or Avro. A request as JSON that could not be read is not"
            + " replayed, since it would be refused again. A letter of stage delivery is not"
            + " replayed: its request was served, and its note says where its result is.",
        "",
        "JSON: {\"id\",\"replayedAs\",\"note\"} for each letter; replayedAs is null where it could"
            + " not be, and note says why. Exits 1 if any could not be."
      })
  static final class ReplayLetters extends OperatorCommand {

    @Parameters(arity = "0..*", paramLabel = "ID", description = "Ids that 'list' gives.")
    List<String> ids = List.of();

    @Option(names = "--all", description = "Replay all dead letters that the topic holds.")
    boolean all;

    @Option(
        names = "--same-id",
        description =
            "Keep the ids. Only useful once a result is past its retention: before, the earlier"
                + " result answers again.")
    boolean sameId;

    @Option(names = "--dry-run", description = "Say what would be done, and produce nothing.")
    boolean dryRun;

    ReplayLetters(Environment environment) {
      super(environment);
    }

    @Override
    void validate() {
      if (all == !ids.isEmpty()) {
        throw CliException.usage("give either ids or --all");
      }
    }

    @Override
    int run(Cluster cluster) {
      List<Named> letters = new ArrayList<>();
      Set<String> missing = new HashSet<>(ids);
      forEach(
          this,
          cluster,
          new TopicLog.Start.Beginning(),
          named -> {
            if (all || ids.contains(named.id())) {
              letters.add(named);
              missing.remove(named.id());
            }
          });
      missing.forEach(id -> report(id, null, "there is no such dead letter"));
      Replay replay = new Replay(cluster.names(), cluster.serdes(), cluster.log());
      boolean complete = missing.isEmpty();
      for (Named named : letters) {
        complete &= replayed(cluster, named, replay);
      }
      return complete ? ExitCodes.OK : ExitCodes.FAILURE;
    }

    @Override
    void validateHttp() {
      RequesterCommand.requireAbsent(sameId, "--same-id", "the front gives new ids");
      RequesterCommand.requireAbsent(dryRun, "--dry-run", "'show' says what a letter is");
    }

    @Override
    int run(FrontClient client) throws InterruptedException {
      List<String> wanted =
          all
              ? FrontDeadLetters.list(client, console(), Optional.empty()).stream()
                  .map(letter -> letter.path("id").asText())
                  .toList()
              : ids;
      boolean complete = true;
      for (String id : wanted) {
        switch (FrontDeadLetters.replay(client, id)) {
          case FrontDeadLetters.Replayed.Sent(var as, var note) -> report(id, as, note);
          case FrontDeadLetters.Replayed.Not(var why) -> {
            report(id, null, why);
            complete = false;
          }
        }
      }
      return complete ? ExitCodes.OK : ExitCodes.FAILURE;
    }

    private boolean replayed(Cluster cluster, Named named, Replay replay) {
      return switch (replay.plan(named.letter(), sameId, environment.clock().instant())) {
        case Replay.Plan.Produce(var request, var format, var note) -> {
          if (!dryRun) {
            cluster.requests().produce(request, format).join();
          }
          report(named.id(), request.getId(), dryRun ? "dry run" : note);
          yield true;
        }
        case Replay.Plan.Impossible(var reason) -> {
          report(named.id(), null, reason);
          yield false;
        }
      };
    }

    private void report(String id, @Nullable String replayedAs, String note) {
      if (output.json) {
        console()
            .print(
                RecordJson.MAPPER
                    .createObjectNode()
                    .put("id", id)
                    .put("replayedAs", replayedAs)
                    .put("note", note));
      } else if (replayedAs == null) {
        console().error(id + " was not replayed: " + note);
      } else {
        console().print(id + " replayed as " + replayedAs + (note.isEmpty() ? "" : ", " + note));
      }
    }
  }
}
