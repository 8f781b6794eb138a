package io.penstock.compose.bench.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.cli.LogLevels;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProtocolSimulationTest {

  private static final InstantSource CLOCK = InstantSource.system();

  @BeforeAll
  static void faultsOnPurposeAreNotLogged() {
    LogLevels.forClient(false);
  }

  private static SimulationResult run(ProtocolSettings settings) {
    return ProtocolSimulation.run(settings, CLOCK, BenchProgress.NONE);
  }

  @Test
  void everyRequestEndsOnceWhateverGoesWrong() {
    Map<FaultKind, Long> seen = new EnumMap<>(FaultKind.class);
    for (long seed = 1; seed <= 3; seed++) {
      SimulationResult result = run(ProtocolSettings.of(seed, 5_000));
      assertThat(result.violation()).as(result.settings().command()).isNull();
      assertThat(result.results()).isEqualTo(result.accepted());
      assertThat(result.lost()).isZero();
      assertThat(result.batches()).isPositive();
      assertThat(result.transfers()).isPositive();
      result.faults().forEach((kind, count) -> seen.merge(kind, count, Long::sum));
    }
    // A run that nothing disturbs shows nothing.
    assertThat(seen.entrySet().stream().filter(each -> each.getValue() > 0).count())
        .isGreaterThan(FaultKind.values().length - 5L);
  }

  @Test
  void oneSeedGivesOneHistoryAndAnotherSeedAnother() {
    ProtocolSettings settings = ProtocolSettings.of(4, 1_500);
    String history = run(settings).hash();
    assertThat(run(settings).hash()).isEqualTo(history);
    assertThat(run(settings.with(5, 1_500)).hash()).isNotEqualTo(history);
  }

  @Test
  void withoutFaultsNothingRunsTwice() {
    SimulationResult result = run(new ProtocolSettings(6, 2_000, Set.of(), null));
    assertThat(result.violation()).isNull();
    assertThat(result.reexecuted()).isZero();
    assertThat(result.faults().values()).containsOnly(0L);
  }

  @ParameterizedTest
  @CsvSource({
    "FENCE_LEFT_OUT, ONE_RESULT",
    "WINDOW_COUNTED_TWICE, WITHIN_WINDOW",
    "TRANSFER_REPEATED, ONE_ATTEMPT|ONE_RESULT",
    "CHECKPOINT_BEFORE_DATA, BATCH_ADDS_UP",
    "LEASE_AFTER_CANCEL, NO_LEASE_AFTER_END"
  })
  void aPlantedBugIsFound(PlantedBug bug, String invariants) {
    SimulationResult.Violation violation = null;
    for (long seed = 1; seed <= 20 && violation == null; seed++) {
      violation = run(ProtocolSettings.of(seed, 5_000).planting(bug)).violation();
    }
    assertThat(violation).isNotNull();
    assertThat(invariants.split("\\|", -1)).contains(violation.invariant().name());
  }

  @Test
  void whatIsFoundIsShrunkAndRepeatsItself() {
    SimulationResult failing =
        run(ProtocolSettings.of(1, 5_000).planting(PlantedBug.LEASE_AFTER_CANCEL));
    assertThat(failing.violation()).isNotNull();
    SimulationResult small =
        Shrinker.shrink(failing, CLOCK, Duration.ofSeconds(20), BenchProgress.NONE);
    assertThat(small.violation()).isNotNull();
    assertThat(small.violation().invariant()).isEqualTo(failing.violation().invariant());
    assertThat(small.settings().requests()).isLessThan(failing.settings().requests());
    SimulationResult again = run(small.settings());
    assertThat(again.violation()).isEqualTo(small.violation());
  }
}
