package io.penstock.streams.dispatch.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TenantCommitment;
import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.BudgetPeriod;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Target;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.streams.dispatch.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CommitmentsTest {

  private static final RoutingState BUDGET =
      RoutingState.of(
          List.of(
              new TenantPolicy(
                  "tenant",
                  List.of(),
                  List.of(),
                  List.of(),
                  List.of(),
                  null,
                  null,
                  null,
                  List.of(new Budget(BudgetPeriod.DAY, null, 1.0)))));

  private final Commitments commitments = new Commitments();

  @Test
  void aChangeOfStateAloneDoesNotTouchWhatIsCommittedToTheLastBit() {
    Random random = new Random(14);
    List<DispatchEntry> entries = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      entries.add(entry("m", random.nextDouble()));
      commitments.changed(null, entries.getLast());
    }
    List<TenantCommitment> before = commitments.of(Target.ofModel("m"), BUDGET);
    for (int change = 0; change < 1000; change++) {
      DispatchEntry entry = entries.get(random.nextInt(entries.size()));
      DispatchEntry next =
          DispatchEntry.newBuilder(entry).setAttempts(entry.getAttempts() + 1).build();
      commitments.changed(entry, next);
    }
    assertThat(commitments.of(Target.ofModel("m"), BUDGET)).isEqualTo(before);
  }

  @Test
  void aRequestThatMovesTakesItsCostAlong() {
    DispatchEntry entry = entry("m", 1);
    commitments.changed(null, entry);
    DispatchEntry moved = entry("n", 2);
    commitments.changed(entry, moved);
    assertThat(commitments.of(Target.ofModel("m"), BUDGET)).isEmpty();
    assertThat(commitments.of(Target.ofModel("n"), BUDGET)).hasSize(1);
    commitments.changed(moved, null);
    assertThat(commitments.of(Target.ofModel("n"), BUDGET)).isEmpty();
  }

  @Test
  void aBudgetThatIsGivenLaterCountsWhatIsUnderWayAlready() {
    commitments.changed(null, entry("m", 1));
    assertThat(commitments.of(Target.ofModel("m"), RoutingState.EMPTY)).isEmpty();
    assertThat(commitments.of(Target.ofModel("m"), BUDGET)).hasSize(1);
  }

  private static DispatchEntry entry(String model, double price) {
    ScoredFacts facts =
        ScoredFacts.newBuilder(Samples.facts("a"))
            .setChoice(ModelChoice.newBuilder().setModel(model).setReason(model).build())
            .setInputPricePerMillion(price)
            .setOutputPricePerMillion(price)
            .build();
    return DispatchEntry.newBuilder()
        .setFacts(facts)
        .setPayloadClass(ServiceClass.STANDARD)
        .setPayloadOffset(1)
        .setQueuedAt(Samples.START)
        .setAttempts(0)
        .setFailures(0)
        .setOverloads(0)
        .build();
  }
}
