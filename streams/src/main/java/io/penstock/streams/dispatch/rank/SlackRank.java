package io.penstock.streams.dispatch.rank;

import io.penstock.schemas.ServiceClass;
import java.time.Duration;

/**
 * The default rank: by class, first those that can still meet their objective on this worker, short
 * and urgent ones first among them.
 *
 * <pre>
 * ready = now + (queued prefill + own prefill) / prefill rate
 * tier  = starved                           0
 *         ready &lt;= firstTokenBy             1 interactive, 2 standard, 3 batch
 *         otherwise                         4 interactive, 5 standard, 6 batch
 * cost  = slackWeight x (firstTokenBy - ready) + own prefill time        while the objective can be met
 *         time since acceptance, negated: the oldest first               otherwise
 * </pre>
 *
 * A request that can no longer make its objective stands behind those that can, whatever its class:
 * serving the hopeless first is what makes earliest-deadline-first collapse in overload. So that it
 * is not left for ever, a request that has waited longer than its class's bound is starved and goes
 * before everybody, the oldest first.
 *
 * @param slackWeight weight of slack against own prefill time, 0 or more: 0 is shortest prompt
 *     first; 0.2 was best on the Azure 2023 trace
 * @param interactiveBound how long an interactive request may be passed over
 * @param standardBound how long a standard request may be passed over
 * @param batchBound how long a batch request may be passed over
 */
public record SlackRank(
    double slackWeight, Duration interactiveBound, Duration standardBound, Duration batchBound)
    implements RankPolicy {

  public static final SlackRank DEFAULT =
      new SlackRank(0.2, Duration.ofSeconds(30), Duration.ofMinutes(10), Duration.ofHours(6));

  /** The tier of requests that have waited beyond their class's bound. */
  public static final int STARVED = 0;

  private static final int CLASSES = 3;
  private static final double SECONDS_PER_MICRO = 1e-6;

  public SlackRank {
    if (!(slackWeight >= 0 && slackWeight <= 100)) {
      throw new IllegalArgumentException(
          "slackWeight is %s; it must be from 0 to 100".formatted(slackWeight));
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
    int tier = tier(candidate.serviceClass());
    if (slack < 0) {
      return new Rank(CLASSES + tier, -waited * SECONDS_PER_MICRO);
    }
    long own = worker.ownPrefillMicros(candidate.promptTokens());
    return new Rank(tier, (slackWeight * slack + own) * SECONDS_PER_MICRO);
  }

  private static int tier(ServiceClass serviceClass) {
    return switch (serviceClass) {
      case INTERACTIVE -> 1;
      case STANDARD -> 2;
      case BATCH -> 3;
    };
  }

  private long boundMicros(ServiceClass serviceClass) {
    Duration bound =
        switch (serviceClass) {
          case INTERACTIVE -> interactiveBound;
          case STANDARD -> standardBound;
          case BATCH -> batchBound;
        };
    return bound.toNanos() / 1000;
  }
}
