package io.penstock.compose.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class BenchTableTest {

  @Test
  void numbersReadWithAboutThreeFigures() {
    BenchTable table = new BenchTable("t", "a", "b", "c", "d", "e", "f");
    table.row(1234.5678, 12.345, 1.2345, 0.0123, 7, Double.NaN);
    assertThat(table.text()).containsExactly(List.of("1235", "12.3", "1.23", "0.0123", "7", "-"));
  }

  @Test
  void whatWasNotMeasuredIsADash() {
    assertThat(new BenchTable("t", "a").row((Object) null).text()).containsExactly(List.of("-"));
  }

  @Test
  void aRowOfAnotherWidthIsRefused() {
    assertThatThrownBy(() -> new BenchTable("t", "a", "b").row(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 cells for the 2 columns of t");
  }

  @Test
  void aNameThatIsNoFileNameIsRefused() {
    assertThatThrownBy(() -> new BenchTable("../x", "a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'../x'");
  }
}
