package io.penstock.broker.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.penstock.broker.http.Replies;
import io.penstock.schemas.ClassBacklog;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.fleet.TargetStatus;
import io.penstock.schemas.routing.Target;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What waits and runs, by model and class, as dispatch says each second. */
@Controller("/admin/backlog")
@Produces(MediaType.ALL)
final class AdminBacklog {

  private final Fleet fleet;
  private final InstantSource clock;

  AdminBacklog(Fleet fleet, InstantSource clock) {
    this.fleet = fleet;
    this.clock = clock;
  }

  @Get
  HttpResponse<byte[]> list() {
    FleetView view = fleet.view().get();
    Instant now = clock.instant();
    return Replies.json(
        200,
        DocumentJson.list(
            view.targets().stream()
                .sorted(Comparator.comparing(Target::toString))
                .flatMap(target -> view.status(target, now).stream())
                .map(status -> json(view, status))));
  }

  private static ObjectNode json(FleetView view, TargetStatus status) {
    ObjectNode json =
        Replies.JSON
            .createObjectNode()
            .put("model", status.target().model())
            .put("variant", status.target().variant())
            .put("health", status.health().name().toLowerCase(Locale.ROOT))
            .put("reason", status.reason())
            .put("workers", status.workers())
            .put("slots", status.slots())
            .put("leased", status.leased())
            .put("succeeded", status.succeeded())
            .put("failed", status.failed())
            .put("error_rate", orNull(status.errorRate()))
            .put("first_token_ms", orNull(status.firstTokenMillis()))
            .put("service_ms", orNull(status.serviceMillis()));
    ArrayNode classes = json.putArray("waiting");
    for (ServiceClass each : ServiceClass.values()) {
      TargetStatus.Backlog backlog = status.backlog().get(each);
      if (backlog != null) {
        classes
            .addObject()
            .put("service_class", each.name().toLowerCase(Locale.ROOT))
            .put("requests", backlog.requests())
            .put("deferred", backlog.deferred())
            .put("prompt_tokens", backlog.promptTokens())
            .put("output_tokens", backlog.outputTokens())
            .put(
                "oldest_at",
                oldest(view, status.target(), each).map(Instant::toString).orElse(null));
      }
    }
    return json;
  }

  private static @Nullable Double orNull(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }

  private static Optional<Instant> oldest(FleetView view, Target target, ServiceClass of) {
    return view.reports().stream()
        .filter(report -> isOf(report, target))
        .flatMap(report -> report.getBacklog().stream())
        .filter(each -> each.getServiceClass() == of)
        .map(ClassBacklog::getOldestAcceptedAt)
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder());
  }

  private static boolean isOf(FleetReport report, Target target) {
    return report.getModel().equals(target.model())
        && report.getVariant().equals(Optional.ofNullable(target.variant()));
  }
}
