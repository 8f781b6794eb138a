package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.deadlines.LatestResult;
import io.penstock.schemas.extension.Extension;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.dispatch.fairness.FairnessSettings;
import io.penstock.streams.dispatch.health.HealthSettings;
import io.penstock.streams.dispatch.move.MoveSettings;
import io.penstock.streams.dispatch.session.Speeds;
import java.time.Duration;

/**
 * The rules of a shard, as the configuration gives them; {@link ShardRules} has the policies that
 * are named here.
 *
 * @param leaseTimeout how long a worker may be silent before its leases are taken back, 100 ms or
 *     more; several times the workers' heartbeat
 * @param finishedRetention how long a finished id is remembered, so that a repeated request is not
 *     run again; longer than {@code longestDeadline}
 * @param longestDeadline how long after its acceptance a request's deadline may be set by a
 *     command: its payload is kept for not much longer
 * @param overdueGrace how long after its deadline a worker may still answer; then the request
 *     expires although it is leased
 * @param retries the policy that says whether and when a failed attempt is followed by another:
 *     {@code backoff} or an extension's
 * @param rank the policy that says who is next: {@code slack} or an extension's
 * @param fairness how tenants share a class
 * @param reserve the slots that are left to those who wait
 * @param choice the policy that says which worker gets it: {@code earliest-finish} or an
 *     extension's
 * @param assumedSpeeds speeds of workers that have not observed their own
 * @param health when a target is granted nothing
 * @param moves when a waiting request goes to another target
 */
public record ShardSettings(
    Duration leaseTimeout,
    Duration finishedRetention,
    Duration longestDeadline,
    Duration overdueGrace,
    Extension retries,
    Extension rank,
    FairnessSettings fairness,
    SlotReserve reserve,
    Extension choice,
    Speeds assumedSpeeds,
    HealthSettings health,
    MoveSettings moves) {

  public static final ShardSettings DEFAULT =
      new ShardSettings(
          LatestResult.LEASE_TIMEOUT,
          TopicSettings.DEFAULT.idRetention(),
          TopicSettings.DEFAULT.maxDeadline(),
          LatestResult.OVERDUE_GRACE,
          Extension.named("backoff"),
          Extension.named("slack"),
          FairnessSettings.DEFAULT,
          SlotReserve.DEFAULT,
          Extension.named("earliest-finish"),
          Speeds.DEFAULT,
          HealthSettings.DEFAULT,
          MoveSettings.DEFAULT);

  public ShardSettings {
    if (leaseTimeout.compareTo(Duration.ofMillis(100)) < 0) {
      throw new IllegalArgumentException(
          "leaseTimeout is %s; it must be 100 ms or more".formatted(leaseTimeout));
    }
    if (!finishedRetention.isPositive()) {
      throw new IllegalArgumentException(
          "finishedRetention is %s; it must be positive".formatted(finishedRetention));
    }
    if (!longestDeadline.isPositive()) {
      throw new IllegalArgumentException(
          "longestDeadline is %s; it must be positive".formatted(longestDeadline));
    }
    if (finishedRetention.compareTo(longestDeadline) <= 0) {
      throw new IllegalArgumentException(
          "finishedRetention is %s; it must be longer than longestDeadline, %s"
              .formatted(finishedRetention, longestDeadline));
    }
    if (overdueGrace.isNegative()) {
      throw new IllegalArgumentException(
          "overdueGrace is %s; it must not be negative".formatted(overdueGrace));
    }
    LatestResult.requireDecided(overdueGrace, leaseTimeout);
  }

  /** The same, remembering ids and bounding deadlines as the topics do. */
  public ShardSettings within(TopicSettings topics) {
    return new ShardSettings(
        leaseTimeout,
        topics.idRetention(),
        topics.maxDeadline(),
        overdueGrace,
        retries,
        rank,
        fairness,
        reserve,
        choice,
        assumedSpeeds,
        health,
        moves);
  }

  /** A copy with another rank. */
  public ShardSettings withRank(Extension other) {
    return with(other, fairness, reserve, health, moves);
  }

  /** A copy with other limits of health. */
  public ShardSettings withHealth(HealthSettings other) {
    return with(rank, fairness, reserve, other, moves);
  }

  /** A copy with other rules for moving. */
  public ShardSettings withMoves(MoveSettings other) {
    return with(rank, fairness, reserve, health, other);
  }

  /** A copy with other shares of tenants. */
  public ShardSettings withFairness(FairnessSettings other) {
    return with(rank, other, reserve, health, moves);
  }

  /** A copy with another reserve. */
  public ShardSettings withReserve(SlotReserve other) {
    return with(rank, fairness, other, health, moves);
  }

  private ShardSettings with(
      Extension newRank,
      FairnessSettings newFairness,
      SlotReserve newReserve,
      HealthSettings newHealth,
      MoveSettings newMoves) {
    return new ShardSettings(
        leaseTimeout,
        finishedRetention,
        longestDeadline,
        overdueGrace,
        retries,
        newRank,
        newFairness,
        newReserve,
        choice,
        assumedSpeeds,
        newHealth,
        newMoves);
  }
}
