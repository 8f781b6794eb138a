package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ids.RequestKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code penstock status}. */
@Command(
    name = "status",
    description = {
      "Show where requests are in their lives.",
      "",
      "Reads the compacted lifecycle topic to its end. JSON: a RequestStatus record for each id,"
          + " in the order asked; {\"id\":ID,\"state\":null} for one that is not known. Ids are"
          + " unique by tenant: one that several tenants used has a record for each."
    },
    footer = {
      "",
      "Exits 1 if an id is not known: it was never accepted, or it is older than the retention.",
      "",
      "Examples:",
      "  penstock status 0195f0a2-7c11-7d3e-9c55-0d3f2a1b4c6d",
      "  penstock status --json $(cat ids.txt) | jq -r .state"
    })
final class StatusCommand extends ClusterCommand {

  @Parameters(arity = "1..*", paramLabel = "ID", description = "Ids of requests.")
  List<String> ids = List.of();

  StatusCommand(Environment environment) {
    super(environment);
  }

  @Override
  int run(Cluster cluster) {
    Set<String> wanted = new LinkedHashSet<>(ids);
    Map<String, Map<String, RequestStatus>> found = new HashMap<>();
    String topic = cluster.names().lifecycle();
    EntryReader<RequestStatus> reader = new EntryReader<>(cluster.serdes(), RequestStatus.class);
    cluster
        .log()
        .read(
            topic,
            new TopicLog.Start.Beginning(),
            entry -> {
              if (entry.key() != null
                  && wanted.contains(
                      RequestKey.id(new String(entry.key(), StandardCharsets.UTF_8)))) {
                reader
                    .read(entry)
                    .ifPresent(
                        status ->
                            found
                                .computeIfAbsent(status.getId(), id -> new TreeMap<>())
                                .put(status.getTenant(), status));
              }
              return true;
            });
    reader.warn(console(), topic);
    if (output.json) {
      wanted.forEach(id -> json(id, found).forEach(console()::print));
    } else {
      print(wanted, found);
    }
    return found.keySet().containsAll(wanted) ? ExitCodes.OK : ExitCodes.FAILURE;
  }

  private static List<ObjectNode> json(String id, Map<String, Map<String, RequestStatus>> found) {
    return found.containsKey(id)
        ? found.get(id).values().stream().map(RecordJson::of).toList()
        : List.of(RecordJson.MAPPER.createObjectNode().put("id", id).putNull("state"));
  }

  private void print(Set<String> wanted, Map<String, Map<String, RequestStatus>> found) {
    Table table =
        new Table(
            "ID", "TENANT", "STATE", "FOR", "CLASS", "MODEL", "ATTEMPTS", "WORKER", "FAILURE");
    for (String id : wanted) {
      if (!found.containsKey(id)) {
        String why = "never accepted, or past the retention";
        table.row(id, "-", "unknown", "-", "-", "-", "-", "-", why);
        continue;
      }
      for (RequestStatus status : found.get(id).values()) {
        table.row(
            id,
            status.getTenant(),
            status.getState(),
            TimeText.age(Duration.between(status.getChangedAt(), environment.clock().instant())),
            status.getServiceClass(),
            status.getModel(),
            status.getAttempts(),
            status.getWorkerId().orElse("-"),
            status.getFailure().map(f -> f.getCode() + ": " + f.getMessage()).orElse("-"));
      }
    }
    table.print(console());
  }
}
