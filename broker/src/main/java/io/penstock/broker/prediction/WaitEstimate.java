package io.penstock.broker.prediction;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.fleet.TargetStatus;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.routing.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a request of one class that asks for one model has to expect.
 *
 * @param ahead at most so many requests start before it; empty if nothing is known of the model
 * @param startsIn until it starts, where it can be predicted
 * @param reason why it waits, for a person
 */
public record WaitEstimate(OptionalLong ahead, Optional<Duration> startsIn, String reason) {

  private static final Duration FOREVER = Duration.ofDays(7);

  /**
   * The estimate of a request that is submitted now. What waits in more urgent classes and in its
   * own goes first; each slot takes the next one when it has served one, which takes as long as
   * requests took lately. Where the choice of model is left open, nothing is predicted.
   *
   * @param model the name or alias asked for
   */
  public static WaitEstimate of(
      String model, ServiceClass serviceClass, ModelCatalog models, FleetView fleet, Instant now) {
    Optional<ModelSpec> spec = models.resolve(model);
    if (spec.isEmpty()) {
      return new WaitEstimate(
          OptionalLong.empty(), Optional.empty(), "the choice of its model is still open");
    }
    List<TargetStatus> serving =
        targets(spec.get()).flatMap(target -> fleet.status(target, now).stream()).toList();
    if (serving.stream().mapToInt(TargetStatus::workers).sum() == 0) {
      return new WaitEstimate(
          ahead(serving, serviceClass),
          Optional.empty(),
          "no worker serves the model %s at present".formatted(spec.get().getName()));
    }
    @Nullable TargetStatus healthy =
        serving.stream()
            .filter(each -> each.health() != TargetHealth.UNHEALTHY && each.workers() > 0)
            .findFirst()
            .orElse(null);
    if (healthy == null) {
      return new WaitEstimate(
          ahead(serving, serviceClass),
          Optional.empty(),
          "the model %s is failing: %s"
              .formatted(spec.get().getName(), serving.getFirst().reason()));
    }
    return queued(serving, serviceClass, spec.get().getName());
  }

  private static WaitEstimate queued(
      List<TargetStatus> serving, ServiceClass serviceClass, String model) {
    OptionalLong ahead = ahead(serving, serviceClass);
    long slots = Math.max(1, serving.stream().mapToLong(TargetStatus::slots).sum());
    long running = serving.stream().mapToLong(TargetStatus::leased).sum();
    long queue = ahead.orElse(0);
    if (queue == 0 && running < slots) {
      return new WaitEstimate(
          ahead, Optional.of(Duration.ZERO), "it is about to be leased to a worker");
    }
    double service =
        serving.stream()
            .filter(each -> each.serviceMillis().isPresent())
            .mapToDouble(each -> each.serviceMillis().getAsDouble())
            .average()
            .orElse(Double.NaN);
    String reason =
        "at most %d requests for the model %s go first, and %d of its %d slots are taken"
            .formatted(queue, model, Math.min(running, slots), slots);
    if (Double.isNaN(service)) {
      return new WaitEstimate(ahead, Optional.empty(), reason);
    }
    // With all slots taken, the first one is free after a fraction of a service time.
    double millis = (double) (queue + 1) * service / (double) slots;
    return new WaitEstimate(
        ahead,
        Optional.of(Duration.ofMillis((long) Math.min(millis, (double) FOREVER.toMillis()))),
        reason);
  }

  private static OptionalLong ahead(List<TargetStatus> serving, ServiceClass serviceClass) {
    if (serving.isEmpty()) {
      return OptionalLong.empty();
    }
    long ahead = 0;
    for (ServiceClass each : ServiceClass.values()) {
      if (each.compareTo(serviceClass) <= 0) {
        ahead += serving.stream().mapToLong(target -> target.waiting(each).requests()).sum();
      }
    }
    return OptionalLong.of(ahead);
  }

  static Stream<Target> targets(ModelSpec spec) {
    return spec.getVariants().isEmpty()
        ? Stream.of(new Target(spec.getName(), null))
        : spec.getVariants().stream().map(variant -> new Target(spec.getName(), variant.getName()));
  }

  /**
   * How long to wait before asking again, if this is more than a caller may wait; empty if it is
   * not. The backlog shrinks by a second each second while nothing else comes.
   */
  public Optional<Duration> beyond(Duration most) {
    return startsIn
        .filter(expected -> expected.compareTo(most) > 0)
        .map(expected -> expected.minus(most));
  }
}
