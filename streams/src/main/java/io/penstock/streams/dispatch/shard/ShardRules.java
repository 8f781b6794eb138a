package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.extension.Extensions;
import io.penstock.streams.dispatch.lifecycle.RetryPolicy;
import io.penstock.streams.dispatch.lifecycle.RetryPolicyProvider;
import io.penstock.streams.dispatch.rank.RankPolicy;
import io.penstock.streams.dispatch.rank.RankPolicyProvider;
import io.penstock.streams.dispatch.session.WorkerChoice;
import io.penstock.streams.dispatch.session.WorkerChoiceProvider;

/**
 * The rules of a shard with the policies that its settings name. Production and the simulator make
 * them alike. Instances are thread-safe.
 *
 * @param settings the rules that are values
 * @param rank who is next
 * @param choice which worker gets it
 * @param retries whether and when a failed attempt is followed by another
 */
public record ShardRules(
    ShardSettings settings, RankPolicy rank, WorkerChoice choice, RetryPolicy retries) {

  /**
   * Creates the policies that the settings name.
   *
   * @throws IllegalArgumentException if there is none of a name, or an option is unknown or wrong
   */
  public static ShardRules of(ShardSettings settings) {
    return new ShardRules(
        settings,
        Extensions.create(
            RankPolicyProvider.class,
            "dispatch.shard.rank",
            settings.rank(),
            RankPolicyProvider::create),
        Extensions.create(
            WorkerChoiceProvider.class,
            "dispatch.shard.choice",
            settings.choice(),
            WorkerChoiceProvider::create),
        Extensions.create(
            RetryPolicyProvider.class,
            "dispatch.shard.retries",
            settings.retries(),
            RetryPolicyProvider::create));
  }

  /** A copy with a rank that has no name: for experiments. */
  public ShardRules withRank(RankPolicy other) {
    return new ShardRules(settings, other, choice, retries);
  }
}
