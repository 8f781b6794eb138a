package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontAnswer;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code penstock keys} and the commands below it. */
@Command(
    name = "keys",
    description = "Make, list, change and revoke the API keys of the HTTP front.",
    footer = {
      "",
      "Examples:",
      "  penstock keys create --tenant search --name nightly --class standard --expires-in 90d",
      "  penstock keys list",
      "  penstock keys revoke key_0195f0a2"
    })
final class KeysCommand extends GroupCommand {

  private static final String PATH = "/admin/keys";

  private static final Listing<ObjectNode> LISTING =
      Listing.ofRecords(
          key -> key,
          FrontFields.text("ID", "id"),
          FrontFields.text("TENANT", "tenant"),
          FrontFields.text("NAME", "name"),
          FrontFields.text("ROLE", "role"),
          FrontFields.text("CLASS", "service_class"),
          FrontFields.text("REQUESTS/MIN", "requests_per_minute"),
          FrontFields.text("TOKENS/MIN", "tokens_per_minute"),
          FrontFields.text("EXPIRES", "expires_at"),
          FrontFields.text("LAST USED", "last_used_at"));

  /** {@code penstock keys create}. */
  @Command(
      name = "create",
      sortOptions = false,
      description = {
        "Make a key and print it. It is shown this once; Penstock keeps its hash only.",
        "",
        "JSON: the key's object, with the key itself as 'key'."
      })
  static final class Create extends AdminCommand {

    @Option(
        names = "--tenant",
        paramLabel = "NAME",
        description = "Whom its requests are counted for; a key of role admin has none.")
    @Nullable String tenant;

    @Option(
        names = "--role",
        paramLabel = "NAME",
        description = "What it opens: tenant, or admin for these commands. Default: tenant.")
    @Nullable String role;

    @Mixin final KeyOptions options = new KeyOptions();

    Create(Environment environment) {
      super(environment);
    }

    @Override
    int run(FrontClient client) throws InterruptedException {
      ObjectNode key =
          client.object(FrontCall.post(PATH, wanted().toString().getBytes(StandardCharsets.UTF_8)));
      if (output.json) {
        console().print(key);
      } else {
        console().print(key.path("key").asText());
        console()
            .note(
                "key %s of %s; this is the only time that it is shown"
                    .formatted(
                        key.path("id").asText(),
                        FrontFields.text(key.path("tenant"))
                            .map("tenant %s"::formatted)
                            .orElse("an operator")));
      }
      return ExitCodes.OK;
    }

    private ObjectNode wanted() {
      ObjectNode wanted = RecordJson.MAPPER.createObjectNode();
      KeyOptions.put(wanted, "tenant", tenant);
      KeyOptions.put(wanted, "role", role);
      options.putInto(wanted);
      return wanted;
    }
  }

  /** {@code penstock keys change}. */
  @Command(
      name = "change",
      sortOptions = false,
      description = {
        "Change what a key may do, and until when. What is not given stays.",
        "",
        "JSON: the key's object, without the key itself."
      },
      footer = {
        "",
        "Examples:",
        "  penstock keys change key_0195f0a2 --requests-per-minute 1200",
        "  penstock keys change key_0195f0a2 --remove queued_tokens"
      })
  static final class Change extends AdminCommand {

    /** What can be taken away. */
    enum Limit {
      requests_per_minute,
      tokens_per_minute,
      queued_tokens,
      expires_at
    }

    @Parameters(paramLabel = "ID", description = "The key's id, as 'list' shows.")
    String id = "";

    @Mixin final KeyOptions options = new KeyOptions();

    @Option(
        names = "--remove",
        paramLabel = "LIMIT",
        split = ",",
        description = "Take these away: ${COMPLETION-CANDIDATES}.")
    List<Limit> removed = List.of();

    Change(Environment environment) {
      super(environment);
    }

    @Override
    int run(FrontClient client) throws InterruptedException {
      ObjectNode wanted = RecordJson.MAPPER.createObjectNode();
      options.putInto(wanted);
      removed.forEach(limit -> wanted.putNull(limit.name()));
      if (wanted.isEmpty()) {
        throw CliException.usage("nothing is to be changed; give what the key is to have");
      }
      ObjectNode key =
          client.object(
              FrontCall.patch(
                  PATH + "/" + FrontPages.encoded(id),
                  wanted.toString().getBytes(StandardCharsets.UTF_8)));
      LISTING.print(console(), output.json, List.of(key));
      return ExitCodes.OK;
    }
  }

  /** {@code penstock keys list}. */
  @Command(
      name = "list",
      description = {
        "Show all keys, without the keys themselves.",
        "",
        "JSON: an object for each, as the front has it."
      })
  static final class ListKeys extends AdminCommand {

    ListKeys(Environment environment) {
      super(environment);
    }

    @Override
    int run(FrontClient client) throws InterruptedException {
      List<ObjectNode> keys = FrontPages.objects(client.object(FrontCall.get(PATH)));
      LISTING.print(console(), output.json, keys, "no key");
      return ExitCodes.OK;
    }
  }

  /** {@code penstock keys revoke}. */
  @Command(
      name = "revoke",
      description = {
        "Revoke keys: from then on the front refuses them.",
        "",
        "JSON: {\"id\",\"revoked\":true} for each."
      })
  static final class Revoke extends AdminCommand {

    @Parameters(arity = "1..*", paramLabel = "ID", description = "Ids of keys, as 'list' shows.")
    List<String> ids = List.of();

    Revoke(Environment environment) {
      super(environment);
    }

    @Override
    int run(FrontClient client) throws InterruptedException {
      for (String id : ids) {
        FrontAnswer _ = client.succeed(FrontCall.delete(PATH + "/" + FrontPages.encoded(id)));
        if (output.json) {
          console().print(RecordJson.MAPPER.createObjectNode().put("id", id).put("revoked", true));
        } else {
          console().print("revoked " + id);
        }
      }
      return ExitCodes.OK;
    }
  }
}
