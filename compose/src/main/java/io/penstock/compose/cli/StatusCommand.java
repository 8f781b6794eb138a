package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.schemas.RequestStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code penstock status}. */
@Command(
    name = "status",
    description = {
      "Show where requests are in their lives.",
      "",
      "Reads the compacted lifecycle topic to its end. JSON: a RequestStatus record for each id,"
          + " in the order asked; {\"id\":ID,\"state\":null} for one that is not known."
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
    Map<String, RequestStatus> found = new HashMap<>();
    String topic = cluster.names().lifecycle();
    EntryReader<RequestStatus> reader = new EntryReader<>(cluster.serdes(), RequestStatus.class);
    cluster
        .log()
        .read(
            topic,
            new TopicLog.Start.Beginning(),
            entry -> {
              if (entry.key() != null
                  && wanted.contains(new String(entry.key(), StandardCharsets.UTF_8))) {
                reader.read(entry).ifPresent(status -> found.put(status.getId(), status));
              }
              return true;
            });
    reader.warn(console(), topic);
    if (output.json) {
      wanted.forEach(id -> console().print(json(id, found)));
    } else {
      print(wanted, found);
    }
    return found.keySet().containsAll(wanted) ? ExitCodes.OK : ExitCodes.FAILURE;
  }

  private static ObjectNode json(String id, Map<String, RequestStatus> found) {
    RequestStatus status = found.get(id);
    return status == null
        ? RecordJson.MAPPER.createObjectNode().put("id", id).putNull("state")
        : RecordJson.of(status);
  }

  private void print(Set<String> wanted, Map<String, RequestStatus> found) {
    Table table =
        new Table("ID", "STATE", "FOR", "CLASS", "MODEL", "ATTEMPTS", "WORKER", "FAILURE");
    for (String id : wanted) {
      RequestStatus status = found.get(id);
      if (status == null) {
        table.row(id, "unknown", "-", "-", "-", "-", "-", "never accepted, or past the retention");
      } else {
        table.row(
            id,
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
