package io.penstock.schemas.fleet;

import io.penstock.schemas.FleetReport;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.routing.Target;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The state of a target over all its partitions.
 *
 * @param target the model or variant
 * @param health UNHEALTHY only if it is so in every partition that knows it
 * @param reason why it is not healthy; empty if it is
 * @param workers live workers that take leases, counted in each partition they serve
 * @param slots requests that they run at once, counted likewise
 * @param leased requests that they run or were given
 * @param prefillTokensPerSecond how fast they read prompts, all together; 0 until observed
 * @param decodeTokensPerSecond how fast one of them generates one sequence; 0 until observed
 * @param backlog what waits, by class; classes of which nothing waits are left out
 * @param succeeded attempts that succeeded since the reporting shards began
 * @param failed attempts that failed since then
 * @param errorRate lately; empty while there are too few attempts
 * @param firstTokenMillis lately, from lease to first token; empty until observed
 * @param serviceMillis lately, from lease to outcome; empty until observed
 */
public record TargetStatus(
    Target target,
    TargetHealth health,
    String reason,
    int workers,
    int slots,
    int leased,
    double prefillTokensPerSecond,
    double decodeTokensPerSecond,
    Map<ServiceClass, Backlog> backlog,
    long succeeded,
    long failed,
    OptionalDouble errorRate,
    OptionalDouble firstTokenMillis,
    OptionalDouble serviceMillis) {

  /**
   * The waiting requests of one class.
   *
   * @param requests that may be leased now, or back off for a moment
   * @param promptTokens that these would prefill
   * @param outputTokens that these are predicted to generate
   * @param deferred requests besides that are not to be leased before a time of their own
   */
  public record Backlog(long requests, long promptTokens, long outputTokens, long deferred) {

    public static final Backlog NONE = new Backlog(0, 0, 0, 0);

    Backlog plus(Backlog other) {
      return new Backlog(
          requests + other.requests,
          promptTokens + other.promptTokens,
          outputTokens + other.outputTokens,
          deferred + other.deferred);
    }

    /** All that waits. */
    public long all() {
      return requests + deferred;
    }
  }

  public TargetStatus {
    backlog = Map.copyOf(backlog);
  }

  /** Returns what waits of this class. */
  public Backlog waiting(ServiceClass serviceClass) {
    return backlog.getOrDefault(serviceClass, Backlog.NONE);
  }

  static Target target(FleetReport report) {
    return new Target(report.getModel(), report.getVariant().orElse(null));
  }
}
