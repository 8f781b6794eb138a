package io.penstock.streams.score.prediction;

import static io.penstock.streams.score.Requests.NOW;
import static io.penstock.streams.score.model.RoutingContexts.busy;
import static io.penstock.streams.score.model.RoutingContexts.report;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.FleetReport;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.routing.Target;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimingTest {

  @Test
  void aFreePlaceCostsOnlyTheOwnPrompt() {
    Timing timing = timing(report("a"), ServiceClass.STANDARD);

    assertThat(timing.firstTokenMillis()).isEqualTo(10);
    assertThat(timing.finishMillis()).isEqualTo(1_010);
  }

  @Test
  void onlyWorkOfTheSameAndOfFasterClassesIsAhead() {
    FleetReport.Builder batch = busy("a", ServiceClass.BATCH, 100);

    double ofBatch = timing(batch, ServiceClass.BATCH).firstTokenMillis();
    double ofInteractive = timing(batch, ServiceClass.INTERACTIVE).firstTokenMillis();

    assertThat(ofInteractive).isLessThan(300);
    assertThat(ofBatch).isGreaterThan(25_000);
  }

  @Test
  void moreWorkAheadNeverShortensTheWait() {
    double last = 0;
    for (int waiting : List.of(0, 1, 3, 10, 100)) {
      double now =
          timing(busy("a", ServiceClass.STANDARD, waiting), ServiceClass.STANDARD)
              .firstTokenMillis();
      assertThat(now).isGreaterThanOrEqualTo(last);
      last = now;
    }
  }

  @Test
  void observedTimesStandInForUnknownSpeeds() {
    FleetReport.Builder observed =
        report("a")
            .setDecodeTokensPerSecond(null)
            .setPrefillTokensPerSecond(null)
            .setFirstTokenMillis(80.0)
            .setServiceMillis(400.0);

    assertThat(timing(observed, ServiceClass.STANDARD).firstTokenMillis()).isEqualTo(80);
    assertThat(timing(observed, ServiceClass.STANDARD).finishMillis()).isEqualTo(400);
  }

  @Test
  void whatIsNotKnownIsNotHeldAgainstATarget() {
    FleetReport.Builder silent =
        report("a").setDecodeTokensPerSecond(null).setPrefillTokensPerSecond(null);
    Timing timing = timing(silent, ServiceClass.STANDARD);

    assertThat(timing.firstTokenMillis()).isNull();
    assertThat(timing.finishesBy(NOW.plusSeconds(1), NOW)).isTrue();
    assertThat(Timing.UNKNOWN.finishesBy(NOW.plusSeconds(1), NOW)).isTrue();
  }

  @Test
  void withoutAWorkerNothingIsInTime() {
    Timing timing = timing(report("a").setWorkers(0).setSlots(0), ServiceClass.STANDARD);

    assertThat(timing.served()).isFalse();
    assertThat(timing.finishesBy(NOW.plusSeconds(1_000), NOW)).isFalse();
  }

  private static Timing timing(FleetReport.Builder report, ServiceClass serviceClass) {
    FleetView view = FleetView.of(List.of(report.build()));
    return Timing.of(view.status(Target.ofModel("a"), NOW), serviceClass, 100, 100);
  }
}
