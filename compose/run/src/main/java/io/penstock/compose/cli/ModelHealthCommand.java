package io.penstock.compose.cli;

import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.fleet.TargetStatus;
import io.penstock.schemas.routing.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
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
final class ModelHealthCommand extends OperatorResultCommand<List<TargetStatus>> {

  private static final Listing<TargetStatus> LISTING =
      Listing.of(
          Column.of("TARGET", "target", TargetStatus::target),
          Column.of("HEALTH", "health", TargetStatus::health),
          Column.of("WORKERS", "workers", TargetStatus::workers),
          Column.field("slots", TargetStatus::slots),
          Column.field("leased", TargetStatus::leased),
          Column.shown("LEASED/SLOTS", status -> status.leased() + "/" + status.slots()),
          Column.field("waiting", ModelHealthCommand::waitingByClass),
          Column.shown("WAITING", ModelHealthCommand::waiting),
          Column.field("succeeded", TargetStatus::succeeded),
          Column.field("failed", TargetStatus::failed),
          Column.ifPresent(
              "ERRORS",
              "errorRate",
              status -> orNull(status.errorRate()),
              rate -> text("%.1f%%", 100 * rate)),
          Column.ifPresent(
              "FIRST TOKEN",
              "firstTokenMillis",
              status -> orNull(status.firstTokenMillis()),
              millis -> text("%.0f ms", millis)),
          Column.fieldIfPresent("serviceMillis", status -> orNull(status.serviceMillis())),
          Column.of(
              "REASON", "reason", TargetStatus::reason, reason -> reason.isEmpty() ? "-" : reason));

  ModelHealthCommand(Environment environment) {
    super(environment);
  }

  @Override
  List<TargetStatus> ask(Cluster cluster) {
    FleetView view = FleetReader.read(cluster, console());
    Instant now = environment.clock().instant();
    List<TargetStatus> known = new ArrayList<>();
    for (Target target : view.targets()) {
      view.status(target, now).ifPresent(known::add);
    }
    known.sort(Comparator.comparing(status -> status.target().toString()));
    return known;
  }

  @Override
  List<TargetStatus> ask(FrontClient client) throws InterruptedException {
    return FrontFleet.targets(client);
  }

  @Override
  int show(List<TargetStatus> known) {
    LISTING.print(
        console(), output.json, known, "dispatch knows of no worker and of nothing that waits");
    return ExitCodes.OK;
  }

  private static String waiting(TargetStatus status) {
    return "%d/%d/%d"
        .formatted(
            status.waiting(ServiceClass.INTERACTIVE).all(),
            status.waiting(ServiceClass.STANDARD).all(),
            status.waiting(ServiceClass.BATCH).all());
  }

  private static Map<String, Long> waitingByClass(TargetStatus status) {
    Map<String, Long> waiting = new LinkedHashMap<>();
    for (ServiceClass serviceClass : ServiceClass.values()) {
      waiting.put(serviceClass.name(), status.waiting(serviceClass).all());
    }
    return waiting;
  }

  private static @Nullable Double orNull(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }

  private static String text(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
