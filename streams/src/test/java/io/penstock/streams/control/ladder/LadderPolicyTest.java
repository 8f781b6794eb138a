package io.penstock.streams.control.ladder;

import static io.penstock.streams.control.ControlSamples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.DegradationLadder;
import io.penstock.schemas.routing.DegradationLadder.Action;
import io.penstock.schemas.routing.DegradationLadder.Rung;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LadderPolicyTest {

  private static final DegradationLadder LADDER =
      new DegradationLadder(
          "llama",
          List.of(
              rung(Action.CHEAPER_MODEL, ServiceClass.STANDARD, 1.0, 0.5),
              rung(Action.DEFER_BATCH, ServiceClass.STANDARD, 2.0, 1.0),
              rung(Action.REFUSE_STANDARD, ServiceClass.INTERACTIVE, 1.0, 0.5)));

  private List<Rung> active = List.of();
  private LadderPolicy.Holding holding = LadderPolicy.Holding.NONE;
  private long seconds;

  private static Rung rung(Action action, ServiceClass of, double enter, double leave) {
    return new Rung(action, of, enter, leave, 5, 30, null, 10);
  }

  /** Lets a second pass at this pressure of standard and interactive requests. */
  private int second(double standard, double interactive) {
    seconds++;
    LadderPolicy.Step step =
        LadderPolicy.decide(
            LADDER,
            active,
            holding,
            Map.of(ServiceClass.STANDARD, standard, ServiceClass.INTERACTIVE, interactive),
            NOW.plusSeconds(seconds));
    active = step.active();
    holding = step.holding();
    return active.size();
  }

  private int seconds(int count, double standard, double interactive) {
    for (int i = 0; i < count; i++) {
      second(standard, interactive);
    }
    return active.size();
  }

  @Test
  void entersARungOnlyAfterItsTimeAboveWithoutABreak() {
    assertThat(seconds(5, 1.5, 0)).isZero();
    assertThat(second(0.9, 0)).as("a break").isZero();
    assertThat(seconds(5, 1.5, 0)).isZero();
    assertThat(second(1.5, 0)).isEqualTo(1);
  }

  @Test
  void takesOneRungAtATimeAndEachWithATimeOfItsOwn() {
    assertThat(seconds(6, 9, 9)).isEqualTo(1);
    assertThat(seconds(5, 9, 9)).isEqualTo(1);
    assertThat(second(9, 9)).isEqualTo(2);
    assertThat(seconds(6, 9, 9)).isEqualTo(3);
    assertThat(seconds(100, 9, 9)).as("there are no more").isEqualTo(3);
  }

  @Test
  void staysBetweenTheThresholds() {
    seconds(6, 1.5, 0);
    assertThat(seconds(1000, 0.7, 0)).isEqualTo(1);
  }

  @Test
  void leavesInReverseOrderEachAfterItsTime() {
    seconds(18, 9, 9);
    assertThat(active).hasSize(3);
    // The last rung looks at interactive requests: standard ones alone keep it not.
    assertThat(seconds(30, 9, 0)).isEqualTo(3);
    assertThat(second(9, 0)).isEqualTo(2);
    assertThat(active)
        .extracting(Rung::action)
        .containsExactly(Action.CHEAPER_MODEL, Action.DEFER_BATCH);
    assertThat(seconds(31, 0, 0)).isEqualTo(1);
    assertThat(seconds(31, 0, 0)).isZero();
  }

  @Test
  void aChangedLadderLeavesWhatItNoLongerHas() {
    Rung other = rung(Action.DEFER_BATCH, ServiceClass.BATCH, 5, 1);
    LadderPolicy.Step step =
        LadderPolicy.decide(
            LADDER,
            List.of(LADDER.rungs().getFirst(), other),
            LadderPolicy.Holding.NONE,
            Map.of(ServiceClass.STANDARD, 100.0),
            NOW);
    assertThat(step.active()).containsExactly(LADDER.rungs().getFirst());
    assertThat(step.reason()).contains("the ladder was changed");
  }

  @Property
  void rungsInForceAreAlwaysTheFirstAndChangeByOneAtMost(
      @ForAll @Size(200) List<@DoubleRange(min = 0, max = 4) Double> pressures) {
    active = List.of();
    holding = LadderPolicy.Holding.NONE;
    List<Integer> sizes = new ArrayList<>();
    int before = 0;
    for (double pressure : pressures) {
      int now = second(pressure, pressure);
      sizes.add(now);
      assertThat(Math.abs(now - before)).as("%s", sizes).isLessThanOrEqualTo(1);
      assertThat(active).isEqualTo(LADDER.rungs().subList(0, now));
      before = now;
    }
  }
}
