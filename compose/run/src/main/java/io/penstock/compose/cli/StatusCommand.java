package io.penstock.compose.cli;

import io.penstock.schemas.RequestStatus;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code penstock status}. */
@Command(
    name = "status",
    description = {
      "Show where requests are in their lives.",
      "",
      "Reads the compacted lifecycle topic to its end. Ids are unique by tenant: where several"
          + " tenants have one, all are shown, and --tenant picks one. JSON: a RequestStatus record"
          + " for each, in the order asked; {\"id\":ID,\"state\":null} for one that is not known."
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

  @Option(names = "--tenant", paramLabel = "NAME", description = "Only this tenant's requests.")
  @Nullable String tenant;

  StatusCommand(Environment environment) {
    super(environment);
  }

  @Override
  int run(Cluster cluster) {
    Set<String> wanted = new LinkedHashSet<>(ids);
    RequestStates found = RequestStates.read(cluster, console(), wanted, tenant);
    if (output.json) {
      wanted.forEach(id -> printJson(id, found.of(id)));
    } else {
      print(wanted, found);
    }
    for (String id : wanted) {
      if (found.of(id).size() > 1) {
        console().note(RequestStates.severalTenants(id, found.tenants(id)));
      }
    }
    return wanted.stream().noneMatch(id -> found.of(id).isEmpty())
        ? ExitCodes.OK
        : ExitCodes.FAILURE;
  }

  private void printJson(String id, List<RequestStatus> found) {
    if (found.isEmpty()) {
      console().print(RecordJson.MAPPER.createObjectNode().put("id", id).putNull("state"));
    }
    found.forEach(status -> console().print(RecordJson.of(status)));
  }

  private void print(Set<String> wanted, RequestStates found) {
    Table table =
        new Table(
            "ID", "TENANT", "STATE", "FOR", "CLASS", "MODEL", "ATTEMPTS", "WORKER", "FAILURE");
    for (String id : wanted) {
      if (found.of(id).isEmpty()) {
        String unknown = "never accepted, or past the retention";
        table.row(id, "-", "unknown", "-", "-", "-", "-", "-", unknown);
      }
      for (RequestStatus status : found.of(id)) {
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
