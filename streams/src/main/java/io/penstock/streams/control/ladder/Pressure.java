package io.penstock.streams.control.ladder;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.fleet.TargetStatus;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.score.service.ServiceLevels;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The pressure of each class on a model: the predicted time until a new request of the class gets
 * its first token, as a share of the class's objective.
 *
 * <pre>
 * ahead    = what waits of the class and those above it, of all variants
 * reading  = prompt tokens ahead / prefill rate of all live workers
 * turn     = requests ahead beyond the free slots x mean service time / slots
 * predicted = max(reading, turn) + mean time from lease to first token
 * </pre>
 *
 * <p>Without live workers it is {@link #MOST} if something waits ahead, else 0: nothing is known to
 * be wrong. No fresh report at all means neither workers nor backlog, hence 0.
 */
public final class Pressure {

  /** Stands for without end, which JSON cannot say. */
  public static final double MOST = 1000;

  private Pressure() {}

  /** The pressure of every class on a model. */
  public static Map<ServiceClass, Double> of(
      String model, FleetView fleet, ServiceLevels levels, Instant now) {
    List<TargetStatus> statuses =
        fleet.targets().stream()
            .filter(target -> target.model().equals(model))
            .map(target -> fleet.status(target, now))
            .flatMap(Optional::stream)
            .toList();
    Capacity capacity = Capacity.of(model, statuses);
    Map<ServiceClass, Double> pressure = new EnumMap<>(ServiceClass.class);
    long requests = 0;
    long promptTokens = 0;
    long outputTokens = 0;
    for (ServiceClass serviceClass : ServiceClass.values()) {
      for (TargetStatus status : statuses) {
        TargetStatus.Backlog waiting = status.waiting(serviceClass);
        requests += waiting.requests();
        promptTokens += waiting.promptTokens();
        outputTokens += waiting.outputTokens();
      }
      double seconds = capacity.secondsToFirstToken(requests, promptTokens, outputTokens);
      double objective = levels.of(serviceClass).firstToken().toNanos() / 1e9;
      pressure.put(serviceClass, Math.min(MOST, seconds / objective));
    }
    return pressure;
  }

  /**
   * The capacity of all live workers together.
   *
   * @param serviceSeconds of a request from lease to outcome, 0 until known
   * @param firstTokenSeconds from lease to first token, 0 until known
   */
  private record Capacity(
      int workers,
      int slots,
      long leased,
      double prefillRate,
      double decodeRate,
      double serviceSeconds,
      double firstTokenSeconds) {

    /** Workers that state the model serve each variant: they are in every variant's report. */
    static Capacity of(String model, List<TargetStatus> statuses) {
      List<TargetStatus> live =
          statuses.stream().filter(each -> each.health() != TargetHealth.UNHEALTHY).toList();
      Optional<TargetStatus> general =
          live.stream().filter(each -> each.target().equals(Target.ofModel(model))).findFirst();
      int workers = general.map(TargetStatus::workers).orElse(0);
      int slots = general.map(TargetStatus::slots).orElse(0);
      double prefill = general.map(TargetStatus::prefillTokensPerSecond).orElse(0.0);
      int workersOfAll = workers;
      int slotsOfAll = slots;
      double prefillOfAll = prefill;
      long leased = 0;
      for (TargetStatus each : live) {
        workers += Math.max(0, each.workers() - workersOfAll);
        slots += Math.max(0, each.slots() - slotsOfAll);
        prefill += Math.max(0, each.prefillTokensPerSecond() - prefillOfAll);
        leased = Math.max(leased, each.leased());
      }
      return new Capacity(
          workers,
          slots,
          leased,
          prefill,
          live.stream().mapToDouble(TargetStatus::decodeTokensPerSecond).max().orElse(0),
          mean(live, true),
          mean(live, false));
    }

    private static double mean(List<TargetStatus> statuses, boolean service) {
      return statuses.stream()
          .map(each -> service ? each.serviceMillis() : each.firstTokenMillis())
          .filter(OptionalDouble::isPresent)
          .mapToDouble(each -> each.getAsDouble() / 1000)
          .average()
          .orElse(0);
    }

    double secondsToFirstToken(long requests, long promptTokens, long outputTokens) {
      if (workers == 0 || slots == 0) {
        return requests == 0 ? 0 : Double.MAX_VALUE;
      }
      double reading = prefillRate > 0 ? promptTokens / prefillRate : 0;
      long free = Math.max(0, slots - leased);
      double service = serviceSeconds;
      if (service == 0 && decodeRate > 0 && requests > 0) {
        service = (double) outputTokens / requests / decodeRate;
      }
      double turn = Math.max(0, requests - free) * service / slots;
      return Math.max(reading, turn) + firstTokenSeconds;
    }
  }
}
