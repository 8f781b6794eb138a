package io.penstock.compose.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LatencyHistogramTest {

  @Test
  void percentilesAreInMilliseconds() {
    LatencyHistogram histogram = new LatencyHistogram();
    for (int millis = 1; millis <= 100; millis++) {
      histogram.record(millis * 1000L);
    }
    assertThat(histogram.millis(50)).isCloseTo(50, within(0.1));
    assertThat(histogram.millis(99)).isCloseTo(99, within(0.1));
  }

  @Test
  void clocksThatDisagreeGiveZeroAndNoError() {
    LatencyHistogram histogram = new LatencyHistogram();
    histogram.record(-5);
    assertThat(histogram.millis(50)).isZero();
  }

  @Test
  void nothingRecordedIsNotZero() {
    assertThat(new LatencyHistogram().millis(99)).isNaN();
  }
}
