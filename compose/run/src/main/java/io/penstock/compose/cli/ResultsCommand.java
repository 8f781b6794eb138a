package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontAnswer;
import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.InferenceResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code penstock results}. */
@Command(
    name = "results",
    description = {
      "Print results from the results topic, and follow it.",
      "",
      "Only results of committed transactions are read. A request with a reply topic has a copy of"
          + " its result there: --topic reads that. A record with a repetition answers a request"
          + " whose id was used before, and is no result of its own.",
      "",
      "Over HTTP, which --url, --key and $$PENSTOCK_URL choose, it fetches the answers of the"
          + " requests that --id names, with --follow as soon as they are there. It prints them as"
          + " the engine wrote them, and exits 1 if one has none. JSON: {\"id\",\"statusCode\","
          + " \"body\"} for each; body is null while there is none.",
      "",
      "Over Kafka: JSON: an InferenceResult"
          + " record for each result, its body as the engine wrote it."
    },
    footer = {
      "",
      "Examples:",
      "  penstock results --from 10m",
      "  penstock results --follow --tenant acme --json | jq .body",
      "  penstock results --from 2026-11-22T15:00:00Z --limit 100"
    })
final class ResultsCommand extends RequesterCommand {

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with new results until Ctrl-C; without --from, only new ones.")
  boolean follow;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description =
          "Where to begin: 'beginning', an instant such as 2026-11-22T15:04:05Z, or a time ago such"
              + " as 10m. Without --follow the default is 'beginning'.")
  @Nullable String from;

  @Option(names = "--id", paramLabel = "ID", description = "Only this request; may be repeated.")
  List<String> ids = List.of();

  @Option(names = "--tenant", paramLabel = "NAME", description = "Only this tenant's.")
  @Nullable String tenant;

  @Option(names = "--limit", paramLabel = "N", description = "Stop after this many results.")
  @Nullable Long limit;

  @Option(
      names = "--topic",
      paramLabel = "NAME",
      description = "A reply topic to read instead of the results topic.")
  @Nullable String topic;

  private static final Duration HTTP_WAIT = Duration.ofSeconds(30);
  private static final int NOT_YET = 202;

  private final Map<String, Set<String>> tenantsOfIds = new TreeMap<>();
  private long printed;

  ResultsCommand(Environment environment) {
    super(environment);
  }

  @Override
  void validate() {
    if (limit != null && limit < 1) {
      throw CliException.usage("--limit is %d; it must be 1 or more".formatted(limit));
    }
    start();
  }

  @Override
  int run(Cluster cluster) {
    String source = topic == null ? cluster.names().results() : topic;
    EntryReader<InferenceResult> reader =
        new EntryReader<>(cluster.serdes(), InferenceResult.class);
    Set<String> wanted = new HashSet<>(ids);
    TopicLog.Visitor visitor = entry -> visit(entry, wanted, reader);
    if (follow) {
      cluster.log().follow(source, start(), visitor);
    } else {
      cluster.log().read(source, start(), visitor);
    }
    reader.warn(console(), source);
    tenantsOfIds.forEach(
        (id, tenants) -> {
          if (tenants.size() > 1) {
            console().note(RequestStates.severalTenants(id, List.copyOf(tenants)));
          }
        });
    if (printed == 0 && !output.json) {
      console().note("no results");
    }
    return ExitCodes.OK;
  }

  @Override
  void validateHttp() {
    if (ids.isEmpty()) {
      throw CliException.usage("--id is missing; over HTTP results are fetched by their ids");
    }
    requireAbsent(tenant != null, "--tenant", "it follows from the key");
    requireAbsent(from != null, "--from", "results are fetched by --id");
    requireAbsent(limit != null, "--limit", "results are fetched by --id");
    requireAbsent(topic != null, "--topic", "results are fetched by --id");
  }

  @Override
  int run(FrontClient client) throws InterruptedException {
    boolean complete = true;
    for (String id : ids) {
      FrontAnswer answer =
          follow
              ? FrontGateway.await(client, id, HTTP_WAIT)
              : FrontGateway.result(client, id, Duration.ZERO);
      complete &= print(client, id, answer);
    }
    return complete ? ExitCodes.OK : ExitCodes.FAILURE;
  }

  private boolean print(FrontClient client, String id, FrontAnswer answer) {
    if (answer.requestId().isEmpty()) {
      throw client.failure(answer);
    }
    boolean there = answer.status() != NOT_YET;
    if (output.json) {
      ObjectNode json =
          RecordJson.MAPPER.createObjectNode().put("id", id).put("statusCode", answer.status());
      json.set("body", there ? RecordJson.bytes(ByteBuffer.wrap(answer.body())) : null);
      console().print(json);
    } else if (answer.isSuccess() && there) {
      console().printBytes(ByteBuffer.wrap(answer.body()));
    } else {
      console()
          .error(
              there
                  ? "%s: %s".formatted(id, client.failure(answer).getMessage())
                  : "%s has no result yet; wait for it with --follow".formatted(id));
    }
    return answer.isSuccess() && there;
  }

  private boolean visit(
      TopicLog.Entry entry, Set<String> wanted, EntryReader<InferenceResult> reader) {
    boolean skip =
        !wanted.isEmpty()
            && (entry.key() == null
                || !wanted.contains(new String(entry.key(), StandardCharsets.UTF_8)));
    if (!skip) {
      reader
          .read(entry)
          .filter(result -> tenant == null || tenant.equals(result.getTenant()))
          .ifPresent(this::print);
    }
    return limit == null || printed < limit;
  }

  private void print(InferenceResult result) {
    printed++;
    if (!ids.isEmpty()) {
      tenantsOfIds.computeIfAbsent(result.getId(), _ -> new TreeSet<>()).add(result.getTenant());
    }
    if (output.json) {
      console().print(RecordJson.of(result));
    } else {
      console().print(ResultText.line(result));
    }
  }

  private TopicLog.Start start() {
    if (from == null) {
      return follow ? new TopicLog.Start.End() : new TopicLog.Start.Beginning();
    }
    return from.equals("beginning")
        ? new TopicLog.Start.Beginning()
        : new TopicLog.Start.At(TimeText.past("--from", from, environment.clock().instant()));
  }
}
