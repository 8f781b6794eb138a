package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpOrKafkaTest {

  private static final List<String> NONE = List.of();

  private static List<String> some(boolean given, String name) {
    return given ? List.of(name) : NONE;
  }

  /** All cases: a named cluster is left aside only where an option asks for HTTP. */
  @ParameterizedTest
  @CsvSource({
    "0000, kafka",
    "0001, kafka",
    "0010, kafka",
    "0011, kafka",
    "0100, http",
    "0101, refused",
    "0110, kafka",
    "0111, kafka",
    "1000, http",
    "1001, http",
    "1010, refused",
    "1011, refused",
    "1100, http",
    "1101, http",
    "1110, refused",
    "1111, refused",
  })
  void optionsWinAndWhatAsksForBothIsRefused(String given, String way) {
    HttpOrKafka asked =
        new HttpOrKafka(
            some(given.charAt(0) == '1', "--url"),
            some(given.charAt(1) == '1', "$PENSTOCK_URL"),
            some(given.charAt(2) == '1', "--kafka"),
            some(given.charAt(3) == '1', "$PENSTOCK_KAFKA"));
    if (way.equals("refused")) {
      assertThatThrownBy(asked::isHttp)
          .isInstanceOfSatisfying(
              CliException.class,
              refused -> assertThat(refused.exitCode()).isEqualTo(ExitCodes.USAGE));
    } else {
      assertThat(asked.isHttp()).isEqualTo(way.equals("http"));
    }
  }

  @Test
  void aRefusalNamesWhatWasGivenAndTheRemedy() {
    assertThatThrownBy(
            new HttpOrKafka(List.of("--admin-key"), NONE, List.of("--kafka"), NONE)::isHttp)
        .hasMessage("--admin-key is for HTTP, and --kafka is for Kafka; give those of one");
    assertThatThrownBy(
            new HttpOrKafka(
                    List.of("--url", "--key", "--admin-key"),
                    NONE,
                    List.of("--config", "--set"),
                    NONE)
                ::isHttp)
        .hasMessage(
            "--url, --key and --admin-key are for HTTP, and --config and --set are for Kafka; give"
                + " those of one");
    assertThatThrownBy(
            new HttpOrKafka(
                    NONE,
                    List.of("$PENSTOCK_URL", "$PENSTOCK_ADMIN_KEY"),
                    NONE,
                    List.of("$PENSTOCK_CONFIG"))
                ::isHttp)
        .hasMessage(
            "$PENSTOCK_URL and $PENSTOCK_ADMIN_KEY ask for HTTP, but $PENSTOCK_CONFIG names a Kafka"
                + " cluster; choose with an option, such as --url or --kafka");
  }
}
