package io.penstock.schemas.settings;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangeTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 64})
  void bothEndsBelongToTheRange(int threads) {
    assertThatCode(() -> Range.require("threads", threads, 1, 64)).doesNotThrowAnyException();
  }

  @Test
  void whatLiesOutsideIsNamedWithTheRange() {
    assertThatThrownBy(() -> Range.require("threads", 0, 1, 64))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("threads is 0; it must be from 1 to 64");
    assertThatThrownBy(
            () ->
                Range.require(
                    "tick", Duration.ofSeconds(2), Duration.ofMillis(10), Duration.ofSeconds(1)))
        .hasMessage("tick is PT2S; it must be from PT0.01S to PT1S");
  }

  @Test
  void noNumberIsInNoRange() {
    assertThatThrownBy(() -> Range.require("share", Double.NaN, 0.0, 1.0))
        .hasMessage("share is NaN; it must be from 0.0 to 1.0");
  }
}
