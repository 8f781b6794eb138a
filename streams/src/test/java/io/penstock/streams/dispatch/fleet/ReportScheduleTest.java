package io.penstock.streams.dispatch.fleet;

import static io.penstock.streams.dispatch.Samples.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.FleetReport;
import io.penstock.schemas.TargetHealth;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportScheduleTest {

  @ParameterizedTest(name = "{0} to {1} workers, {2} to {3}, after {4} ms: {5}")
  @CsvSource({
    // A change of health is reported at once.
    "1, 1, HEALTHY, UNHEALTHY, 0, true",
    "1, 1, UNHEALTHY, PROBING, 200, true",
    // Each second while something changes.
    "1, 2, HEALTHY, HEALTHY, 800, false",
    "1, 2, HEALTHY, HEALTHY, 1000, true",
    "1, 0, HEALTHY, HEALTHY, 1000, true",
    // Each 5 s while there is something to tell.
    "1, 1, HEALTHY, HEALTHY, 4800, false",
    "1, 1, HEALTHY, HEALTHY, 5000, true",
    "0, 0, UNHEALTHY, UNHEALTHY, 5000, true",
    "0, 0, HEALTHY, HEALTHY, 5000, false",
    "0, 0, HEALTHY, HEALTHY, 500000, false"
  })
  void aReportIsDueAtOnceOrEachSecondOrEachFive(
      int workersBefore,
      int workers,
      TargetHealth before,
      TargetHealth health,
      long millis,
      boolean expected) {
    assertThat(
            ReportSchedule.DEFAULT.due(
                report(workersBefore, before),
                report(workers, health),
                false,
                START.plusMillis(millis)))
        .isEqualTo(expected);
  }

  @Test
  void theFirstIsDueAtOnce() {
    assertThat(ReportSchedule.DEFAULT.due(null, report(0, TargetHealth.HEALTHY), false, START))
        .isTrue();
  }

  @Test
  void thatThereIsNothingIsSaidAgainAndAgainWhileSomebodyAsks() {
    FleetReport nothing = report(0, TargetHealth.HEALTHY);
    assertThat(ReportSchedule.DEFAULT.due(nothing, nothing, true, START.plusMillis(4_999)))
        .isFalse();
    assertThat(ReportSchedule.DEFAULT.due(nothing, nothing, true, START.plusMillis(5_000)))
        .isTrue();
  }

  private static FleetReport report(int workers, TargetHealth health) {
    return FleetReport.newBuilder()
        .setPartition(0)
        .setModel("m")
        .setHealth(health)
        .setHealthSince(START)
        .setWorkers(workers)
        .setSlots(workers)
        .setLeased(0)
        .setStartedAt(START)
        .setSentAt(START)
        .build();
  }
}
