package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.inference.DeadlineHeader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeTextTest {

  @ParameterizedTest
  @ValueSource(strings = {"500ms", "30s", "30 s", "5m", "5 MIN", "2h", "90d", "PT1H30M", " 1d "})
  void theCommandLineAndTheFrontReadTheSameLengths(String text) {
    assertThat(DeadlineHeader.length(text)).hasValue(TimeText.duration("--from", text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "30", "1w", "-5m", "PT-5M", "h", "1h30m"})
  void neitherReadsWhatIsNoLength(String text) {
    assertThat(DeadlineHeader.length(text)).isEmpty();
    assertThatThrownBy(() -> TimeText.duration("--from", text)).isInstanceOf(CliException.class);
  }
}
