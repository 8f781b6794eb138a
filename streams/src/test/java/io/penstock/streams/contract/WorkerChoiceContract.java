package io.penstock.streams.contract;

import static io.penstock.streams.contract.ContractSamples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.WorkerView;
import io.penstock.streams.dispatch.session.WorkerChoice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What every {@link WorkerChoice} must hold. Extend it with a test that creates the policy.
 * Requests and workers are random; the seed is fixed.
 */
public abstract class WorkerChoiceContract {

  private static final int TRIES = 1_000;

  private final Random random = new Random(42);

  /** Creates the policy under test. */
  protected abstract WorkerChoice policy();

  @Test
  void oneOfTheAbleWorkersIsChosen() {
    for (int i = 0; i < TRIES; i++) {
      List<WorkerView> able = workers(1 + random.nextInt(10));
      assertThat(able).contains(policy().choose(candidate(), able, NOW));
    }
  }

  @Test
  void equalArgumentsGiveTheSameWorkerWhateverTheOrder() {
    WorkerChoice one = policy();
    WorkerChoice other = policy();
    for (int i = 0; i < TRIES; i++) {
      List<WorkerView> able = workers(1 + random.nextInt(10));
      Candidate candidate = candidate();
      WorkerView chosen = one.choose(candidate, able, NOW);
      List<WorkerView> shuffled = new ArrayList<>(able);
      Collections.shuffle(shuffled, random);
      assertThat(one.choose(candidate, shuffled, NOW)).isEqualTo(chosen);
      assertThat(other.choose(candidate, able, NOW)).isEqualTo(chosen);
    }
  }

  @Test
  void theListOfWorkersIsLeftAsItWas() {
    List<WorkerView> able = Collections.unmodifiableList(workers(10));
    assertThat(able).contains(policy().choose(candidate(), able, NOW));
  }

  private Candidate candidate() {
    return ContractSamples.candidate(random, "request");
  }

  private List<WorkerView> workers(int count) {
    List<WorkerView> workers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      workers.add(ContractSamples.worker(random, "worker-" + i));
    }
    return workers;
  }
}
