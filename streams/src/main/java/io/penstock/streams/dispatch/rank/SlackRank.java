package io.penstock.streams.dispatch.rank;

import io.penstock.schemas.ServiceClass;
import java.time.Duration;

/**
 * The default rank: by class, first those that can still meet their objective on this worker, short
 * and urgent ones first among them.
 *
 * <pre>
 * tokens = prompt tokens queued at the worker + own prompt tokens
 * ready  = now + tokens / prefill rate + (tokens / chunkTokens + 1) x decode step + margin
 * tier   = overdue, and the worker's turn for such   0
 *          ready &lt;= firstTokenBy                      1 interactive, 2 standard, 3 batch
 *          otherwise                                 4 interactive, 5 standard, 6 batch
 * cost   = slackWeight x (firstTokenBy - ready) + own prefill time    while the objective can be met
 *          time since acceptance, negated: the oldest first           otherwise
 * </pre>
 *
 * <p>A worker that decodes while it reads prompts, as every engine with continuous batching does,
 * spends a decode step on each chunk of prompt: without that term, and the margin for what happens
 * between now and then, requests are taken for feasible that are not, and the time spent on them is
 * lost to others. On the Azure 2023 trace at 4.5 times its load, half of the workers slow, the two
 * raise the interactive requests in time from 87.6 to 90%.
 *
 * <p>A request that can no longer make its objective stands behind those that can, whatever its
 * class: serving the hopeless first is what makes earliest-deadline-first collapse in overload. So
 * that it is not left for ever, one that has waited longer than its class's bound is overdue, and
 * each worker gives the overdue the right of way for {@code overdueShare} of its time, the oldest
 * first, in turns that differ from worker to worker. So the overdue are sure of that share of the
 * fleet whatever else comes, and cost no more than it. A bound without a share would let a backlog
 * of overdue requests take the whole fleet, and nobody would be in time any more.
 *
 * <p>Later terms, such as for prompts whose prefix a worker has cached, belong in {@code own
 * prefill time} and {@code ready}, which both speak of tokens this worker would have to read.
 *
 * @param slackWeight weight of slack against own prefill time, 0 or more: 0 is shortest prompt
 *     first, which gives up too much at normal load; from 0.5 long prompts crowd out short ones in
 *     overload
 * @param chunkTokens prompt tokens an engine reads between two decode steps, 1 or more
 * @param margin how much earlier than its objective a request should be ready, 0 or more
 * @param overdueShare part of a worker's time in which the overdue go first, 0 to 1; 1 is always
 * @param interactiveBound how long an interactive request may be passed over
 * @param standardBound how long a standard request may be passed over
 * @param batchBound how long a batch request may be passed over
 */
public record SlackRank(
    double slackWeight,
    int chunkTokens,
    Duration margin,
    double overdueShare,
    Duration interactiveBound,
    Duration standardBound,
    Duration batchBound)
    implements RankPolicy {

  /**
   * Found on the Azure 2023 trace and checked on others: weights from 0.2 to 0.3 and margins from
   * 50 to 100 ms differ by less than half a point.
   */
  public static final SlackRank DEFAULT =
      new SlackRank(
          0.25,
          512,
          Duration.ofMillis(75),
          0.05,
          Duration.ofSeconds(30),
          Duration.ofMinutes(10),
          Duration.ofHours(6));

  /** The tier of overdue requests that have the right of way. */
  public static final int OVERDUE = 0;

  private static final int CLASSES = 3;
  private static final double SECONDS_PER_MICRO = 1e-6;

  /** Each worker has one turn in so long: long enough for a long prompt to be read within it. */
  private static final long TURN_PERIOD_MICROS = 20_000_000;

  /** Sets the turns of workers with similar names apart. */
  private static final long TURN_SPREAD_MICROS = 7_368_787;

  public SlackRank {
    if (!(slackWeight >= 0 && slackWeight <= 100)) {
      throw new IllegalArgumentException(
          "slackWeight is %s; it must be from 0 to 100".formatted(slackWeight));
    }
    if (chunkTokens < 1) {
      throw new IllegalArgumentException(
          "chunkTokens is %d; it must be 1 or more".formatted(chunkTokens));
    }
    if (margin.isNegative()) {
      throw new IllegalArgumentException("margin is %s; it must be 0 or more".formatted(margin));
    }
    if (!(overdueShare >= 0 && overdueShare <= 1)) {
      throw new IllegalArgumentException(
          "overdueShare is %s; it must be from 0 to 1".formatted(overdueShare));
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

  /** The same rank with another weight of slack. */
  public SlackRank withSlackWeight(double weight) {
    return new SlackRank(
        weight, chunkTokens, margin, overdueShare, interactiveBound, standardBound, batchBound);
  }

  /** The same rank with another margin. */
  public SlackRank withMargin(Duration newMargin) {
    return new SlackRank(
        slackWeight,
        chunkTokens,
        newMargin,
        overdueShare,
        interactiveBound,
        standardBound,
        batchBound);
  }

  /** The same rank with another share for the overdue. */
  public SlackRank withOverdueShare(double share) {
    return new SlackRank(
        slackWeight, chunkTokens, margin, share, interactiveBound, standardBound, batchBound);
  }

  @Override
  public Rank rank(Candidate candidate, WorkerView worker, long nowMicros) {
    long waited = nowMicros - candidate.acceptedAt();
    if (waited > boundMicros(candidate.serviceClass()) && isTurnOfOverdue(worker, nowMicros)) {
      return new Rank(OVERDUE, -waited * SECONDS_PER_MICRO);
    }
    long slack =
        candidate.firstTokenBy() - readyMicros(candidate.promptTokens(), worker, nowMicros);
    int tier = tier(candidate.serviceClass());
    if (slack < 0) {
      return new Rank(CLASSES + tier, -waited * SECONDS_PER_MICRO);
    }
    long own = worker.ownPrefillMicros(candidate.promptTokens());
    return new Rank(tier, (slackWeight * slack + own) * SECONDS_PER_MICRO);
  }

  @Override
  public long readyMicros(int promptTokens, WorkerView worker, long nowMicros) {
    return nowMicros + worker.firstTokenMicros(promptTokens, chunkTokens) + margin.toNanos() / 1000;
  }

  private boolean isTurnOfOverdue(WorkerView worker, long nowMicros) {
    long offset = worker.workerId().hashCode() * TURN_SPREAD_MICROS;
    return Math.floorMod(nowMicros + offset, TURN_PERIOD_MICROS)
        < overdueShare * TURN_PERIOD_MICROS;
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
