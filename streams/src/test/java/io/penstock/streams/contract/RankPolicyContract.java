package io.penstock.streams.contract;

import static io.penstock.streams.contract.ContractSamples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.Rank;
import io.penstock.streams.dispatch.rank.RankPolicy;
import io.penstock.streams.dispatch.rank.WorkerView;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What every {@link RankPolicy} must hold. Extend it with a test that creates the policy. Requests
 * and workers are random; the seed is fixed.
 */
public abstract class RankPolicyContract {

  private static final int TRIES = 2_000;

  private final Random random = new Random(42);

  /** Creates the policy under test. */
  protected abstract RankPolicy policy();

  @Test
  void equalArgumentsGiveEqualRanks() {
    RankPolicy one = policy();
    RankPolicy other = policy();
    for (int i = 0; i < TRIES; i++) {
      Candidate candidate = candidate();
      WorkerView worker = worker();
      Rank first = one.rank(candidate, worker, NOW);
      one.rank(candidate(), worker(), NOW + random.nextInt());
      assertThat(one.rank(candidate, worker, NOW)).isEqualTo(first);
      assertThat(other.rank(candidate, worker, NOW)).isEqualTo(first);
    }
  }

  @Test
  void aCostIsNeverNaN() {
    for (int i = 0; i < TRIES; i++) {
      Candidate candidate = candidate();
      assertThat(policy().rank(candidate, worker(), NOW).cost()).as("%s", candidate).isNotNaN();
    }
  }

  /** Dispatch leaves a worker to empty for such a request: nothing else may stand before it. */
  @Test
  void theRightOfWayStandsBeforeAllThatLackIt() {
    RankPolicy policy = policy();
    for (int i = 0; i < TRIES; i++) {
      WorkerView worker = worker();
      Rank one = policy.rank(candidate(), worker, NOW);
      Rank other = policy.rank(candidate(), worker, NOW);
      if (one.rightOfWay() && !other.rightOfWay()) {
        assertThat(one).isLessThan(other);
      }
    }
  }

  /** The index shows the earliest objectives that can be met: none better may lie behind them. */
  @Test
  void ofTwoAlikeThatCanBeInTimeTheEarlierObjectiveRanksNoWorse() {
    RankPolicy policy = policy();
    for (int i = 0; i < TRIES; i++) {
      Candidate candidate = candidate();
      WorkerView worker = worker();
      long ready = policy.readyMicros(candidate.promptTokens(), worker, NOW);
      long earlier = ready + ContractSamples.spread(random, 3600);
      long later = earlier + ContractSamples.spread(random, 3600);
      long accepted = Math.min(candidate.acceptedAt(), NOW);
      Rank first = policy.rank(ContractSamples.with(candidate, accepted, earlier), worker, NOW);
      Rank second = policy.rank(ContractSamples.with(candidate, accepted, later), worker, NOW);
      assertThat(first).as("%s on %s", candidate, worker).isLessThanOrEqualTo(second);
    }
  }

  /** The index shows the oldest of those whose objective has passed. */
  @Test
  void ofTwoAlikeThatAreLateTheOlderRanksNoWorse() {
    RankPolicy policy = policy();
    for (int i = 0; i < TRIES; i++) {
      Candidate candidate = candidate();
      WorkerView worker = worker();
      long objective = NOW - 1 - ContractSamples.spread(random, 3600);
      long younger = objective - 1 - ContractSamples.spread(random, 3600);
      long older = younger - ContractSamples.spread(random, 24 * 3600);
      Rank first = policy.rank(ContractSamples.with(candidate, older, objective), worker, NOW);
      Rank second = policy.rank(ContractSamples.with(candidate, younger, objective), worker, NOW);
      assertThat(first).as("%s on %s", candidate, worker).isLessThanOrEqualTo(second);
    }
  }

  @Test
  void noPromptIsReadyBeforeNowAndALongerOneNotEarlier() {
    RankPolicy policy = policy();
    for (int i = 0; i < TRIES; i++) {
      WorkerView worker = worker();
      int tokens = 1 + random.nextInt(100_000);
      long ready = policy.readyMicros(tokens, worker, NOW);
      assertThat(ready).isGreaterThanOrEqualTo(NOW);
      assertThat(policy.readyMicros(tokens + 1 + random.nextInt(1000), worker, NOW))
          .isGreaterThanOrEqualTo(ready);
    }
  }

  private Candidate candidate() {
    return ContractSamples.candidate(random, "request-" + random.nextInt(1000));
  }

  private WorkerView worker() {
    return ContractSamples.worker(random, "worker-" + random.nextInt(1000));
  }
}
