package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.RequestStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
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
      "Over HTTP, which --url, --key and $$PENSTOCK_URL choose, the front also says why a request"
          + " waits and when it should start, and JSON is the front's object. Over Kafka: reads the"
          + " compacted lifecycle topic to its end. Ids are unique by tenant: where several tenants"
          + " have one, all are shown, and --tenant picks one. JSON: a RequestStatus record for"
          + " each, in the order asked; {\"id\":ID,\"state\":null} for one that is not known."
    },
    footer = {
      "",
      "Exits 1 if an id is not known: it was never accepted, or it is older than the retention.",
      "",
      "Examples:",
      "  penstock status 0195f0a2-7c11-7d3e-9c55-0d3f2a1b4c6d",
      "  penstock status --json $(cat ids.txt) | jq -r .state"
    })
final class StatusCommand extends RequesterCommand {

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
    List<Row> rows = new ArrayList<>();
    for (String id : wanted) {
      List<RequestStatus> states = found.of(id);
      if (states.isEmpty()) {
        rows.add(new Row(id, Optional.empty()));
      }
      states.forEach(status -> rows.add(new Row(id, Optional.of(status))));
    }
    listing(environment.clock().instant()).print(console(), output.json, rows);
    for (String id : wanted) {
      if (found.of(id).size() > 1) {
        console().note(RequestStates.severalTenants(id, found.tenants(id)));
      }
    }
    return wanted.stream().noneMatch(id -> found.of(id).isEmpty())
        ? ExitCodes.OK
        : ExitCodes.FAILURE;
  }

  @Override
  void validateHttp() {
    requireAbsent(tenant != null, "--tenant", "it follows from the key");
  }

  @Override
  int run(FrontClient client) throws InterruptedException {
    List<FrontStatus> rows = new ArrayList<>();
    for (String id : new LinkedHashSet<>(ids)) {
      rows.add(FrontStatus.read(client, id));
    }
    FrontStatus.listing(environment.clock().instant()).print(console(), output.json, rows);
    return rows.stream().allMatch(FrontStatus::isKnown) ? ExitCodes.OK : ExitCodes.FAILURE;
  }

  private static Listing<Row> listing(Instant now) {
    return Listing.ofRecords(
        Row::json,
        Column.shown("ID", Row::id),
        Column.shown("TENANT", row -> row.known().map(RequestStatus::getTenant)),
        Column.shown(
            "STATE", row -> row.known().map(each -> each.getState().name()).orElse("unknown")),
        Column.shown(
            "FOR",
            row ->
                row.known().map(each -> TimeText.age(Duration.between(each.getChangedAt(), now)))),
        Column.shown("CLASS", row -> row.known().map(RequestStatus::getServiceClass)),
        Column.shown("MODEL", row -> row.known().map(RequestStatus::getModel)),
        Column.shown("ATTEMPTS", row -> row.known().map(RequestStatus::getAttempts)),
        Column.shown("WORKER", row -> row.known().flatMap(RequestStatus::getWorkerId)),
        Column.shown("FAILURE", Row::failure));
  }

  /** A request that was asked for, and its state if it is known. */
  private record Row(String id, Optional<RequestStatus> known) {

    ObjectNode json() {
      return known
          .map(RecordJson::of)
          .orElseGet(() -> RecordJson.MAPPER.createObjectNode().put("id", id).putNull("state"));
    }

    Optional<String> failure() {
      return known.isEmpty()
          ? Optional.of("never accepted, or past the retention")
          : known.get().getFailure().map(each -> each.getCode() + ": " + each.getMessage());
    }
  }
}
