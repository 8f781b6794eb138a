package io.penstock.compose.bench.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.ToIntFunction;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class TraceGeneratorTest {

  private static final List<TraceRow> HOURS = new TraceGenerator(20_000, 5.5, 2.5).generate(1);

  @Test
  void aSeedDecidesEverything() {
    assertThat(TraceGenerator.DEFAULT.generate(7)).isEqualTo(TraceGenerator.DEFAULT.generate(7));
    assertThat(TraceGenerator.DEFAULT.generate(7)).isNotEqualTo(TraceGenerator.DEFAULT.generate(8));
  }

  @Test
  void lengthsResembleTheAzureTrace() {
    Percentage fifth = Percentage.withPercentage(20);
    assertThat(quantile(TraceRow::inputTokens, 0.5)).isCloseTo(1046, fifth);
    assertThat(quantile(TraceRow::inputTokens, 0.99)).isCloseTo(7435, fifth);
    assertThat(quantile(TraceRow::outputTokens, 0.5)).isCloseTo(90, fifth);
    assertThat(quantile(TraceRow::outputTokens, 0.99)).isCloseTo(581, fifth);
  }

  @Test
  void codeComesInBursts() {
    int[] byTenSeconds = new int[2000];
    for (TraceRow row : HOURS) {
      if (row.type().equals("code")) {
        byTenSeconds[(int) (row.arrivalMillis() / 10_000)]++;
      }
    }
    double mean = 0;
    int most = 0;
    for (int count : byTenSeconds) {
      mean += count / 2000.0;
      most = Math.max(most, count);
    }
    assertThat(mean).isCloseTo(25, within(5.0));
    assertThat(most / mean).isBetween(6.0, 60.0);
  }

  private static int quantile(ToIntFunction<TraceRow> of, double quantile) {
    return HOURS.stream()
        .mapToInt(of)
        .sorted()
        .skip((long) (quantile * HOURS.size()))
        .findFirst()
        .orElseThrow();
  }
}
