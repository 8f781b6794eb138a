package io.penstock.streams.control.rollout;

import static io.penstock.streams.control.ControlSamples.MODEL;
import static io.penstock.streams.control.ControlSamples.NOW;
import static io.penstock.streams.control.ControlSamples.OLD;
import static io.penstock.streams.control.ControlSamples.report;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ClassBacklog;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.routing.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The old variant's requests may be in two partitions. */
class DrainWatchTest {

  private static final Target BLUE = new Target(MODEL, OLD);

  private final DrainWatch watch = new DrainWatch(2);
  private FleetView fleet = FleetView.EMPTY;
  private Instant now = NOW;

  @Test
  void unknownIsNotDrained() {
    assertThat(pass(Duration.ofHours(1)).drained()).isFalse();
    assertThat(pass(Duration.ZERO).silent()).isEqualTo(2);
  }

  @Test
  void whatWasSaidBeforeTheWatchBeganSaysNothing() {
    says(0, 0, 0, 0);
    says(1, 0, 0, 0);
    assertThat(pass(Duration.ofHours(1)).drained()).isFalse();
  }

  @Test
  void everyPartitionHasToSayForAWhileThatThereIsNothing() {
    Drain drain = watch.look(fleet, BLUE, now);
    for (int second = 0; second <= DrainWatch.STABLE.toSeconds() + 1; second++) {
      assertThat(drain.drained()).as("after %d s", second).isFalse();
      drain = second(0, 0, 0);
    }
    assertThat(drain.drained()).isTrue();
    assertThat(drain.silent()).isZero();
  }

  @Test
  void aShardThatIsDownHoldsUpTheVerdict() {
    for (int second = 0; second < 10; second++) {
      second(0, 0, 0);
    }
    for (int second = 0; second < 60; second++) {
      now = now.plusSeconds(1);
      says(0, 0, 0, 0);
      assertThat(watch.look(fleet, BLUE, now).drained()).isFalse();
    }
    assertThat(watch.look(fleet, BLUE, now).silent()).isEqualTo(1);
    // It is back, and has 25 of it.
    assertThat(second(25, 0, 0).drained()).isFalse();
    assertThat(second(25, 0, 0).waiting()).isEqualTo(25);
    Drain drain = Drain.UNKNOWN;
    for (int second = 0; second < 17; second++) {
      drain = second(0, 0, 0);
    }
    assertThat(drain.drained()).isTrue();
  }

  @Test
  void whatRunsOrIsDeferredIsNotDrained() {
    for (int second = 0; second < 60; second++) {
      assertThat(second(0, 0, 1).drained()).isFalse();
    }
    for (int second = 0; second < 60; second++) {
      assertThat(second(0, 1, 0).drained()).isFalse();
    }
    assertThat(second(0, 1, 0).busy()).isEqualTo(1);
  }

  @Test
  void clocksOfOtherHostsDoNotMatter() {
    Drain drain = Drain.UNKNOWN;
    for (int second = 0; second < 20; second++) {
      now = now.plusSeconds(1);
      says(0, 0, 0, 0, now.minus(Duration.ofMinutes(5)));
      says(1, 0, 0, 0, now.plus(Duration.ofMinutes(5)));
      drain = watch.look(fleet, BLUE, now);
    }
    assertThat(drain.drained()).isTrue();
  }

  private Drain pass(Duration time) {
    Drain drain = watch.look(fleet, BLUE, now);
    for (long second = 0; second < time.toSeconds(); second++) {
      now = now.plusSeconds(1);
      drain = watch.look(fleet, BLUE, now);
    }
    return drain;
  }

  /** Both partitions say so; what there is, is in the second. */
  private Drain second(long requests, long deferred, int leased) {
    now = now.plusSeconds(1);
    says(0, 0, 0, 0);
    says(1, requests, deferred, leased);
    return watch.look(fleet, BLUE, now);
  }

  private void says(int partition, long requests, long deferred, int leased) {
    says(partition, requests, deferred, leased, now);
  }

  private void says(int partition, long requests, long deferred, int leased, Instant sentAt) {
    FleetReport report =
        report(OLD, sentAt)
            .setPartition(partition)
            .setLeased(leased)
            .setBacklog(
                List.of(
                    ClassBacklog.newBuilder()
                        .setServiceClass(ServiceClass.BATCH)
                        .setRequests(requests)
                        .setPromptTokens(0)
                        .setOutputTokens(0)
                        .setDeferred(deferred)
                        .build()))
            .build();
    fleet = fleet.with(report);
  }
}
