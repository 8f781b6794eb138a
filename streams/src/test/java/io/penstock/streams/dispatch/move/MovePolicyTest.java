package io.penstock.streams.dispatch.move;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.TargetHealth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MovePolicyTest {

  private static final MovePolicy POLICY =
      new MovePolicy(new MoveSettings(3, 10, 10, Duration.ofSeconds(1), 2));

  /** Options as HEALTH or HEALTH:SECONDS, the best first; they are numbered from 0. */
  @ParameterizedTest(name = "of {0} with {1} s left: {2}")
  @CsvSource({
    "'', 10, none",
    "HEALTHY:5, 10, 0",
    "HEALTHY:50, 10, 0",
    "HEALTHY:50 HEALTHY:5, 10, 1",
    "HEALTHY:50 HEALTHY:60, 10, 0",
    "UNHEALTHY HEALTHY:60, 10, 1",
    "UNHEALTHY PROBING, 10, none",
    "UNHEALTHY UNKNOWN, 10, none",
    "UNKNOWN HEALTHY:60, 10, 1",
    "UNKNOWN UNKNOWN, 10, none",
    "PROBING UNKNOWN, 10, none"
  })
  void failoverTakesTheBestThatServes(String options, double left, String expected) {
    assertThat(name(POLICY.failover(options(options), left).orElse(null))).isEqualTo(expected);
  }

  @ParameterizedTest(name = "here {1} s, {2} s left, of {0}: {3}")
  @CsvSource({
    // The alternative must be in time by the margin of 1 s.
    "HEALTHY:9, 30, 10, 0",
    "HEALTHY:9.5, 30, 10, none",
    // It must be sooner than here by the gain of 2.
    "HEALTHY:6, 12, 10, 0",
    "HEALTHY:7, 12, 10, none",
    "HEALTHY:9.5 HEALTHY:3, 30, 10, 1",
    "UNKNOWN, 30, 10, none",
    "HEALTHY, 30, 10, none",
    "PROBING:1, 30, 10, none",
    "UNHEALTHY:1, 30, 10, none"
  })
  void rescueTakesTheBestThatIsSurelyInTime(
      String options, double here, double left, String expected) {
    assertThat(name(POLICY.rescue(options(options), here, left).orElse(null))).isEqualTo(expected);
  }

  @ParameterizedTest(name = "here {0} s, {1} s left: {2}")
  @CsvSource({"5, 10, false", "10, 10, false", "11, 10, true", "11, 0, false", "11, -1, false"})
  void atRiskIsWhatBeginsTooLateAndStillHasTime(double here, double left, boolean expected) {
    assertThat(POLICY.isAtRisk(here, left)).isEqualTo(expected);
  }

  private static List<MoveOption> options(String text) {
    List<MoveOption> options = new ArrayList<>();
    for (String each : text.isEmpty() ? new String[0] : text.split(" ", -1)) {
      String[] parts = each.split(":", -1);
      options.add(
          new MoveOption(
              alternative(Integer.toString(options.size())),
              parts[0].equals("UNKNOWN") ? null : TargetHealth.valueOf(parts[0]),
              parts.length == 1
                  ? OptionalDouble.empty()
                  : OptionalDouble.of(Double.parseDouble(parts[1]))));
    }
    return options;
  }

  private static ModelAlternative alternative(String model) {
    return ModelAlternative.newBuilder()
        .setModel(model)
        .setPartition(0)
        .setPromptTokens(1)
        .setPredictedOutputTokens(1)
        .setMaxOutputTokens(1)
        .setScore(0)
        .build();
  }

  private static String name(ModelAlternative to) {
    return to == null ? "none" : to.getModel();
  }
}
