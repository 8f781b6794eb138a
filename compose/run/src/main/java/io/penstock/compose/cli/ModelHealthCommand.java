package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.fleet.TargetStatus;
import io.penstock.schemas.routing.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import picocli.CommandLine.Command;

/** {@code penstock models health}. */
@Command(
    name = "health",
    description = {
      "Show which models and variants serve, with how many workers, and what waits for them.",
      "",
      "From what dispatch last wrote to the fleet topic; what is older than 10 seconds is left out."
          + " WAITING is interactive/standard/batch. ERRORS is the share of failed attempts lately,"
          + " FIRST TOKEN the mean time from lease to first token lately.",
      "",
      "JSON: an object for each with target, health, reason, workers, slots, leased, waiting by"
          + " class, succeeded, failed, errorRate, firstTokenMillis, serviceMillis."
    },
    footer = {"", "Examples:", "  penstock models health", "  penstock models health --json"})
final class ModelHealthCommand extends ClusterCommand {

  ModelHealthCommand(Environment environment) {
    super(environment);
  }

  @Override
  int run(Cluster cluster) {
    FleetView view = FleetReader.read(cluster, console());
    Instant now = environment.clock().instant();
    List<TargetStatus> known = new ArrayList<>();
    for (Target target : view.targets()) {
      view.status(target, now).ifPresent(known::add);
    }
    known.sort(Comparator.comparing(status -> status.target().toString()));
    print(known);
    return ExitCodes.OK;
  }

  private void print(List<TargetStatus> known) {
    if (output.json) {
      known.forEach(status -> console().print(json(status)));
      return;
    }
    if (known.isEmpty()) {
      console().print("dispatch knows of no worker and of nothing that waits");
      return;
    }
    Table table =
        new Table(
            "TARGET",
            "HEALTH",
            "WORKERS",
            "LEASED/SLOTS",
            "WAITING",
            "ERRORS",
            "FIRST TOKEN",
            "REASON");
    for (TargetStatus status : known) {
      table.row(
          status.target(),
          status.health(),
          status.workers(),
          status.leased() + "/" + status.slots(),
          waiting(status),
          text(status.errorRate(), 100, "%.1f%%"),
          text(status.firstTokenMillis(), 1, "%.0f ms"),
          status.reason().isEmpty() ? "-" : status.reason());
    }
    table.print(console());
  }

  private static String waiting(TargetStatus status) {
    return "%d/%d/%d"
        .formatted(
            status.waiting(ServiceClass.INTERACTIVE).all(),
            status.waiting(ServiceClass.STANDARD).all(),
            status.waiting(ServiceClass.BATCH).all());
  }

  private static String text(OptionalDouble value, double factor, String format) {
    return value.isEmpty() ? "-" : String.format(Locale.ROOT, format, value.getAsDouble() * factor);
  }

  private static JsonNode json(TargetStatus status) {
    var node =
        RecordJson.MAPPER
            .createObjectNode()
            .put("target", status.target().toString())
            .put("health", status.health().name())
            .put("reason", status.reason())
            .put("workers", status.workers())
            .put("slots", status.slots())
            .put("leased", status.leased());
    var waiting = node.putObject("waiting");
    for (ServiceClass serviceClass : ServiceClass.values()) {
      waiting.put(serviceClass.name(), status.waiting(serviceClass).all());
    }
    node.put("succeeded", status.succeeded()).put("failed", status.failed());
    status.errorRate().ifPresent(value -> node.put("errorRate", value));
    status.firstTokenMillis().ifPresent(value -> node.put("firstTokenMillis", value));
    status.serviceMillis().ifPresent(value -> node.put("serviceMillis", value));
    return node;
  }
}
