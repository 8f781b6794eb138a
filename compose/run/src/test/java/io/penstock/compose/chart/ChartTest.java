package io.penstock.compose.chart;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ChartTest {

  @Test
  void barsWithoutAFigureForEachCategoryAreRefused() {
    assertThatThrownBy(
            () -> Chart.bars("c", "t", "x", "y", List.of("a", "b")).bar("s", List.of(1.0)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("series s of chart c has 1 figures for 2 places");
  }

  @Test
  void aChartWithoutSeriesIsRefused() {
    assertThatThrownBy(() -> Chart.lines("c", "t", "x", "y").build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("chart c has no series");
  }
}
