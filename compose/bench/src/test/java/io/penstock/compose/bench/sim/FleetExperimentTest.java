package io.penstock.compose.bench.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.compose.bench.sim.FleetExperiment.Served;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetExperimentTest {

  private static final long SECOND = 1_000_000_000L;

  @TempDir Path folder;
  private Path trace;

  @BeforeEach
  void writeTrace() throws IOException {
    trace = folder.resolve("small.csv");
    Files.writeString(
        trace,
        """
        timestamp_ms,input_tokens,output_tokens,tenant,type
        0,100,10,t,code
        1000,900,20,t,code
        6000,50,20,t,code
        """);
  }

  @Test
  void requestsThatArriveLaterAtTheLoadAreLeftOut() throws IOException {
    FleetExperiment experiment = experiment(2, Duration.ofSeconds(2));
    assertThat(experiment.requests())
        .extracting(FleetExperiment.Request::arrivalNanos)
        .containsExactly(0L, SECOND / 2);
    assertThat(experiment(3, Duration.ofSeconds(2)).requests()).hasSize(3);
  }

  @Test
  void whatCameElsewhereIsJudgedByTheSameLimits() throws IOException {
    FleetExperiment experiment = experiment(1, Duration.ofSeconds(2));
    List<FleetExperiment.Request> requests = experiment.requests();
    Served inTime = new Served(2 * SECOND, 9 * SECOND);
    Served late = new Served(3 * SECOND + 1, 9 * SECOND);
    assertThat(
            experiment
                .judged(Map.of(requests.get(0).id(), inTime, requests.get(1).id(), late))
                .interactiveSlo())
        .isEqualTo(50);
    assertThat(experiment.judged(Map.of(requests.get(0).id(), inTime)).interactiveSlo())
        .isEqualTo(50);
    assertThat(experiment.judged(Map.of()).interactiveSlo()).isZero();
    assertThat(experiment.judged(Map.of()).utilisation()).isNaN();
  }

  @Test
  void aLengthWithoutRequestsIsRefused() {
    assertThatThrownBy(() -> experiment(1, Duration.ofSeconds(-1))).hasMessageContaining("minutes");
  }

  private FleetExperiment experiment(double load, Duration length) throws IOException {
    return FleetExperiment.within(
        new FleetBenchSettings(
            trace,
            ClassMix.TWO_CLASSES,
            "llama3.1-8b_a100tp2",
            2,
            0.5,
            load,
            Duration.ofMillis(5),
            List.of(),
            1,
            1),
        length);
  }
}
