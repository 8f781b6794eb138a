package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontAnswer;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.ServiceClass;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code penstock keys} and the commands below it. */
@Command(
    name = "keys",
    description = "Make, list and revoke the API keys of the HTTP front.",
    footer = {
      "",
      "Examples:",
      "  penstock keys create --tenant search --name nightly --class standard --expires-in 90d",
      "  penstock keys list",
      "  penstock keys revoke key_0195f0a2"
    })
final class KeysCommand extends GroupCommand {

  private static final String ADMIN_KEY = "PENSTOCK_ADMIN_KEY";
  private static final String PATH = "/admin/keys";

  private static final Listing<ObjectNode> LISTING =
      Listing.ofRecords(
          key -> key,
          Column.shown("ID", text("id")),
          Column.shown("TENANT", text("tenant")),
          Column.shown("NAME", text("name")),
          Column.shown("CLASS", text("service_class")),
          Column.shown("REQUESTS/MIN", text("requests_per_minute")),
          Column.shown("TOKENS/MIN", text("tokens_per_minute")),
          Column.shown("EXPIRES", text("expires_at")),
          Column.shown("LAST USED", text("last_used_at")));

  private static java.util.function.Function<ObjectNode, @Nullable Object> text(String field) {
    return key -> {
      JsonNode value = key.path(field);
      return value.isMissingNode() || value.isNull() ? null : value.asText();
    };
  }

  /** A command of an operator. */
  abstract static class AdminCommand implements Callable<Integer> {

    final Environment environment;

    @Option(
        names = "--url",
        paramLabel = "URL",
        description =
            "The HTTP front. Else $$PENSTOCK_URL, else that of the running 'penstock up', else"
                + " http://127.0.0.1:"
                + NodeDefaults.HTTP_PORT
                + ".")
    @Nullable String url;

    @Option(
        names = "--admin-key",
        paramLabel = "SECRET",
        description =
            "What http.keys.adminSecret is at the front. Else $$PENSTOCK_ADMIN_KEY, which other"
                + " users of this machine cannot see in the list of processes.")
    @Nullable String adminKey;

    @Mixin final OutputOptions output = new OutputOptions();

    AdminCommand(Environment environment) {
      this.environment = environment;
    }

    @Override
    public final Integer call() throws Exception {
      LogLevels.forClient(output.verbose);
      String secret =
          Optional.ofNullable(adminKey)
              .filter(given -> !given.isBlank())
              .or(() -> FrontOptions.variable(environment, ADMIN_KEY))
              .orElseThrow(
                  () ->
                      CliException.usage(
                          "give the admin secret of the front with --admin-key or $" + ADMIN_KEY));
      try (FrontClient client =
          FrontOptions.client(
              environment,
              url,
              Optional.of(secret.strip()),
              "give the secret that http.keys.adminSecret names with --admin-key or $"
                  + ADMIN_KEY)) {
        return run(client);
      }
    }

    /** Does the work and returns the exit code. */
    abstract int run(FrontClient client) throws Exception;

    final Console console() {
      return environment.console();
    }
  }

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
        required = true,
        description = "Whom its requests are counted for.")
    String tenant = "";

    @Option(names = "--name", paramLabel = "TEXT", description = "What you call it.")
    @Nullable String name;

    @Option(
        names = "--class",
        paramLabel = "CLASS",
        description = "The most urgent class it may use: ${COMPLETION-CANDIDATES}.")
    @Nullable ServiceClass serviceClass;

    @Option(
        names = "--requests-per-minute",
        paramLabel = "N",
        description = "How many requests it may send.")
    @Nullable Long requestsPerMinute;

    @Option(
        names = "--tokens-per-minute",
        paramLabel = "N",
        description = "How many tokens its requests may have.")
    @Nullable Long tokensPerMinute;

    @Option(
        names = "--queued-tokens",
        paramLabel = "N",
        description = "How many tokens may wait and run at once.")
    @Nullable Long queuedTokens;

    @Option(
        names = "--expires-in",
        paramLabel = "TIME",
        description = "How long it is valid, such as 90d.")
    @Nullable String expiresIn;

    @Option(
        names = "--expires-at",
        paramLabel = "TIME",
        description = "Until when it is valid, such as 2027-01-31T12:00:00Z.")
    @Nullable String expiresAt;

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
                "key %s of tenant %s; this is the only time that it is shown"
                    .formatted(key.path("id").asText(), key.path("tenant").asText()));
      }
      return ExitCodes.OK;
    }

    private ObjectNode wanted() {
      ObjectNode wanted = RecordJson.MAPPER.createObjectNode().put("tenant", tenant);
      put(wanted, "name", name);
      put(
          wanted,
          "service_class",
          serviceClass == null ? null : serviceClass.name().toLowerCase(Locale.ROOT));
      put(wanted, "requests_per_minute", requestsPerMinute);
      put(wanted, "tokens_per_minute", tokensPerMinute);
      put(wanted, "queued_tokens", queuedTokens);
      put(wanted, "expires_in", expiresIn);
      put(wanted, "expires_at", expiresAt);
      return wanted;
    }

    private static void put(ObjectNode wanted, String field, @Nullable Object value) {
      if (value != null) {
        wanted.set(field, RecordJson.node(value));
      }
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
