package io.penstock.compose.cli;

import io.penstock.schemas.InferenceResult;
import java.nio.charset.StandardCharsets;
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
          + " whose id was used before, and is no result of its own. JSON: an InferenceResult"
          + " record for each result, its body as the engine wrote it."
    },
    footer = {
      "",
      "Examples:",
      "  penstock results --from 10m",
      "  penstock results --follow --tenant acme --json | jq .body",
      "  penstock results --from 2026-11-22T15:00:00Z --limit 100"
    })
final class ResultsCommand extends ClusterCommand {

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
