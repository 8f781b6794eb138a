package io.penstock.streams.dispatch.rank;

import io.penstock.schemas.ServiceClass;
import java.time.Duration;

/**
 * The default rank: first those that can still meet their objective on this worker, short and
 * urgent ones first among them.
 *
 * <pre>
 * ready  = now + (queued prefill + own prefill) / prefill rate
 * slack  = firstTokenBy - ready
 * late     slack &lt; 0
 * urgent   0 &lt;= slack &lt; urgency
 * relaxed  otherwise
 *
 * tier     0  starved: has waited longer than its class's bound
 *          1  interactive, urgent or relaxed
 *          2  standard, urgent
 *          3  batch, urgent
 *          4  interactive, late
 *          5  standard, relaxed
 *          6  standard, late
 *          7  batch, relaxed
 *          8  batch, late
 *
 * cost     time since acceptance, negated: the oldest first     if starved or late
 *          slackWeight x slack + own prefill time               otherwise
 * </pre>
 *
 * A request that can no longer make its objective stands behind those that still can and would not
 * if they waited, whatever their class: serving the hopeless first is what makes
 * earliest-deadline-first collapse in overload. It does not stand behind work of a lower class that
 * has time. So that nothing is left for ever, a request that has waited longer than its class's
 * bound is starved and goes before everybody, the oldest first.
 *
 * @param slackWeight weight of slack against own prefill time, 0 or more: 0 is shortest prompt
 *     first; 0.2 was best on the Azure 2023 trace
 * @param urgency the slack below which a standard or batch request goes before late requests of a
 *     higher class, zero or more
 * @param interactiveBound how long an interactive request may be passed over
 * @param standardBound how long a standard request may be passed over
 * @param batchBound how long a batch request may be passed over
 */
public record SlackRank(
    double slackWeight,
    Duration urgency,
    Duration interactiveBound,
    Duration standardBound,
    Duration batchBound)
    implements RankPolicy {

  public static final SlackRank DEFAULT =
      new SlackRank(
          0.2,
          Duration.ofSeconds(15),
          Duration.ofSeconds(30),
          Duration.ofMinutes(10),
          Duration.ofHours(6));

  /** The tier of requests that have waited beyond their class's bound. */
  public static final int STARVED = 0;

  private static final double SECONDS_PER_MICRO = 1e-6;

  public SlackRank {
    if (!(slackWeight >= 0 && slackWeight <= 100)) {
      throw new IllegalArgumentException(
          "slackWeight is %s; it must be from 0 to 100".formatted(slackWeight));
    }
    if (urgency.isNegative()) {
      throw new IllegalArgumentException(
          "urgency is %s; it must not be negative".formatted(urgency));
    }
    requirePositive("interactiveBound", interactiveBound);
    requirePositive("standardBound", standardBound);
    requirePositive("batchBound", batchBound);
  }

  private static void requirePositive(String name, Duration bound) {
    if (!bound.isPositive()) {
      throw new IllegalArgumentException("%s is %s; it must be positive".formatted(name, bound));
    }
  }

  @Override
  public Rank rank(Candidate candidate, WorkerView worker, long nowMicros) {
    long waited = nowMicros - candidate.acceptedAt();
    if (waited > boundMicros(candidate.serviceClass())) {
      return new Rank(STARVED, -waited * SECONDS_PER_MICRO);
    }
    long ready = nowMicros + worker.prefillMicros(candidate.promptTokens());
    long slack = candidate.firstTokenBy() - ready;
    if (slack < 0) {
      return new Rank(lateTier(candidate.serviceClass()), -waited * SECONDS_PER_MICRO);
    }
    boolean urgent = slack < micros(urgency);
    long own = worker.ownPrefillMicros(candidate.promptTokens());
    return new Rank(
        tier(candidate.serviceClass(), urgent), (slackWeight * slack + own) * SECONDS_PER_MICRO);
  }

  private static int tier(ServiceClass serviceClass, boolean urgent) {
    return switch (serviceClass) {
      case INTERACTIVE -> 1;
      case STANDARD -> urgent ? 2 : 5;
      case BATCH -> urgent ? 3 : 7;
    };
  }

  private static int lateTier(ServiceClass serviceClass) {
    return switch (serviceClass) {
      case INTERACTIVE -> 4;
      case STANDARD -> 6;
      case BATCH -> 8;
    };
  }

  private long boundMicros(ServiceClass serviceClass) {
    Duration bound =
        switch (serviceClass) {
          case INTERACTIVE -> interactiveBound;
          case STANDARD -> standardBound;
          case BATCH -> batchBound;
        };
    return micros(bound);
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1000;
  }
}
