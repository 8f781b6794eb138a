package io.penstock.compose.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {

  @ParameterizedTest
  @CsvSource({
    "30s, PT30S",
    "30 s, PT30S",
    "250ms, PT0.25S",
    "5m, PT5M",
    "5 min, PT5M",
    "2h, PT2H",
    "7d, PT168H",
    "PT1H30M, PT1H30M",
    "0s, PT0S"
  })
  void aDurationHasAUnit(String text, Duration duration) {
    assertThat(DurationText.parse(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(strings = {"30", "0", "1.5", "-3"})
  void aBareNumberIsNoDurationAndTheMessageSaysWhatToWrite(String text) {
    assertThatThrownBy(() -> DurationText.parse(text))
        .hasMessageContaining("needs a unit")
        .hasMessageContaining("write %ss for seconds".formatted(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "30 parsecs", "s30", "1h30"})
  void otherTextIsNoDuration(String text) {
    assertThatThrownBy(() -> DurationText.parse(text)).hasMessageContaining("such as 250ms, 30s");
  }

  @Property
  void aDurationReadsAsItIsWritten(@ForAll @LongRange(min = 0, max = 1L << 50) long nanos) {
    Duration duration = Duration.ofNanos(nanos);
    assertThat(DurationText.parse(DurationText.of(duration))).isEqualTo(duration);
  }

  @ParameterizedTest
  @CsvSource({
    "1024, 1024",
    "4 MiB, 4194304",
    "64KiB, 65536",
    "1 GiB, 1073741824",
    "1 MB, 1000000",
    "8 b, 8"
  })
  void aSizeMayHaveAUnit(String text, long bytes) {
    assertThat(SizeText.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MiB", "4 MiBs", "-1", "1.5 MiB", "999999999999 GiB"})
  void otherTextIsNoSize(String text) {
    assertThatThrownBy(() -> SizeText.parse(text)).hasMessageContaining("such as 8 MiB");
  }

  @Property
  void aSizeReadsAsItIsWritten(@ForAll @LongRange(min = 0, max = 1L << 50) long bytes) {
    assertThat(SizeText.parse(SizeText.of(bytes))).isEqualTo(bytes);
  }

  @Test
  void messagesOfConstructorsSpeakAsPeopleDo() {
    assertThat(DurationText.humanise("tick is PT1S; it must be from PT0.01S to PT0.5S"))
        .isEqualTo("tick is 1s; it must be from 10ms to 500ms");
  }
}
