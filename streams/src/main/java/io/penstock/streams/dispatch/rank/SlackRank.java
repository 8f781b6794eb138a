package io.penstock.streams.dispatch.rank;

import io.penstock.schemas.ServiceClass;
import java.time.Duration;

/**
 * The default rank: first those that can still meet their objective on this worker, short and
 * urgent ones first among them.
 *
 * <pre>
 * tokens = prompt tokens queued at the worker + own prompt tokens
 * ready  = now + tokens / prefill rate + (tokens / chunkTokens + 1) x decode step + margin
 * late     firstTokenBy &lt; ready
 * urgent   not late, and firstTokenBy - now &lt; urgency
 * relaxed  otherwise
 * tier   = 0  waited longer than its class's bound, and the worker's turn
 *          1  interactive, not late
 *          2  standard, urgent
 *          3  batch, urgent
 *          4  interactive, late
 *          5  standard, relaxed
 *          6  standard, late
 *          7  batch, relaxed
 *          8  batch, late
 * cost   = slackWeight x (firstTokenBy - ready) / (firstTokenBy - accepted) + own prefill time
 *                                                  while the objective can be met
 *          time since acceptance, negated: the oldest first       otherwise
 * </pre>
 *
 * <p>A worker that decodes while it reads prompts, as every engine with continuous batching does,
 * spends a decode step on each chunk of prompt: without that term, and the margin for what happens
 * between now and then, requests are taken for feasible that are not, and the time spent on them is
 * lost to others. On the Azure 2023 trace at 4.5 times its load, half of the workers slow, the two
 * raise the interactive requests in time from 87.6 to 90%.
 *
 * <p>Slack counts as a part of what the class allows, so that one weight serves objectives of half
 * a second and of an hour: slack in seconds would make batch work strictly earliest-deadline-first,
 * and at six times the load, half of the workers slow, 76 instead of 80% of it would be in time.
 *
 * <p>A request that can no longer make its objective stands behind those that can and soon could
 * not, whatever their class: serving the hopeless first is what makes earliest-deadline-first
 * collapse in overload. It does not stand behind work of a lower class that has time. So that it is
 * not left for ever, one that has waited longer than its class's bound is overdue, and each worker
 * gives the overdue the right of way for a part of its time, the oldest first, in turns that differ
 * from worker to worker. That part is {@code overdueShare} at the bound and grows in proportion to
 * the wait, until the overdue always go first: so their claim on the fleet is small while many are
 * overdue by a little, and certain for one that is overdue by much. A fixed bound without a share
 * lets a backlog of overdue requests take the whole fleet, and then nobody is in time any more: at
 * six times the load it left 20% of the interactive requests in time, not 85%.
 *
 * <p>Later terms, such as for prompts whose prefix a worker has cached, belong in {@code own
 * prefill time} and {@code ready}, which both speak of tokens this worker would have to read.
 *
 * @param slackWeight the seconds of own prefill time that the whole of the time a class allows
 *     weighs as much as, 0 or more: 0 is shortest prompt first, which gives up too much at normal
 *     load; above 1 long prompts crowd out short ones in overload
 * @param chunkTokens prompt tokens an engine reads between two decode steps, 1 or more
 * @param margin how much earlier than its objective a request should be ready, 0 or more
 * @param urgency how long before its objective a standard or batch request goes before late
 *     requests of a higher class, zero or more
 * @param overdueShare part of a worker's time in which a request that has waited for its bound goes
 *     first, 0 to 1; after n times the bound it is n times that; 1 is always
 * @param interactiveBound how long an interactive request may be passed over
 * @param standardBound how long a standard request may be passed over
 * @param batchBound how long a batch request may be passed over
 */
public record SlackRank(
    double slackWeight,
    int chunkTokens,
    Duration margin,
    Duration urgency,
    double overdueShare,
    Duration interactiveBound,
    Duration standardBound,
    Duration batchBound)
    implements RankPolicy {

  /**
   * Found on the Azure 2023 trace and checked on others: weights from 0.4 to 0.6 and margins from
   * 50 to 100 ms differ by less than half a point.
   */
  public static final SlackRank DEFAULT =
      new SlackRank(
          0.6,
          512,
          Duration.ofMillis(75),
          Duration.ofSeconds(15),
          0.001,
          Duration.ofSeconds(30),
          Duration.ofMinutes(10),
          Duration.ofHours(6));

  /** The tier of overdue requests that have the right of way. */
  public static final int OVERDUE = 0;

  private static final double SECONDS_PER_MICRO = 1e-6;

  /**
   * Each worker has one turn in so long: long enough for a worker to empty within a few percent of
   * it, which a request needs that fills its KV cache.
   */
  private static final long TURN_PERIOD_MICROS = 200_000_000;

  /** Sets the turns of workers with similar names apart. */
  private static final long TURN_SPREAD_MICROS = 73_687_867;

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
    if (urgency.isNegative()) {
      throw new IllegalArgumentException("urgency is %s; it must be 0 or more".formatted(urgency));
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
        weight,
        chunkTokens,
        margin,
        urgency,
        overdueShare,
        interactiveBound,
        standardBound,
        batchBound);
  }

  /** The same rank with another margin. */
  public SlackRank withMargin(Duration newMargin) {
    return new SlackRank(
        slackWeight,
        chunkTokens,
        newMargin,
        urgency,
        overdueShare,
        interactiveBound,
        standardBound,
        batchBound);
  }

  /** The same rank with another urgency. */
  public SlackRank withUrgency(Duration newUrgency) {
    return new SlackRank(
        slackWeight,
        chunkTokens,
        margin,
        newUrgency,
        overdueShare,
        interactiveBound,
        standardBound,
        batchBound);
  }

  /** The same rank with another share for the overdue. */
  public SlackRank withOverdueShare(double share) {
    return new SlackRank(
        slackWeight,
        chunkTokens,
        margin,
        urgency,
        share,
        interactiveBound,
        standardBound,
        batchBound);
  }

  @Override
  public Rank rank(Candidate candidate, WorkerView worker, long nowMicros) {
    long waited = nowMicros - candidate.acceptedAt();
    long bound = boundMicros(candidate.serviceClass());
    if (waited > bound && isTurn(overdueShare * waited / bound, worker, nowMicros)) {
      return new Rank(OVERDUE, -waited * SECONDS_PER_MICRO, true);
    }
    long slack =
        candidate.firstTokenBy() - readyMicros(candidate.promptTokens(), worker, nowMicros);
    if (slack < 0) {
      return new Rank(lateTier(candidate.serviceClass()), -waited * SECONDS_PER_MICRO);
    }
    long own = worker.ownPrefillMicros(candidate.promptTokens());
    long allowed = Math.max(1, candidate.firstTokenBy() - candidate.acceptedAt());
    boolean urgent = candidate.firstTokenBy() - nowMicros < micros(urgency);
    return new Rank(
        tier(candidate.serviceClass(), urgent),
        slackWeight * slack / allowed + own * SECONDS_PER_MICRO);
  }

  @Override
  public long readyMicros(int promptTokens, WorkerView worker, long nowMicros) {
    return nowMicros + worker.firstTokenMicros(promptTokens, chunkTokens) + micros(margin);
  }

  /** Returns whether this is the worker's turn, if it has one for this share of its time. */
  private static boolean isTurn(double share, WorkerView worker, long nowMicros) {
    long offset = worker.workerId().hashCode() * TURN_SPREAD_MICROS;
    return Math.floorMod(nowMicros + offset, TURN_PERIOD_MICROS) < share * TURN_PERIOD_MICROS;
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
