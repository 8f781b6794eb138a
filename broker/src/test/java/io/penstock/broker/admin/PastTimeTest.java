package io.penstock.broker.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.errors.ApiException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PastTimeTest {

  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "1h, 2026-11-30T11:00:00Z",
    "5 min, 2026-11-30T11:55:00Z",
    "7D, 2026-11-23T12:00:00Z",
    "PT1H30M, 2026-11-30T10:30:00Z",
    "2026-11-22T15:04:05Z, 2026-11-22T15:04:05Z",
    "2026-11-22T15:04+01:00, 2026-11-22T14:04:00Z"
  })
  void aTimeIsGivenAsItselfOrAsALengthBeforeNow(String text, Instant time) {
    assertThat(PastTime.read("since", text, NOW)).hasValue(time);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "yesterday",
        "7",
        "-1h",
        "PT-1H",
        "999999999d",
        "PT9999999999999H",
        "1969-12-31T23:59:59Z",
        "+10000-01-01T00:00:00Z",
        "2026-11-22"
      })
  void whatIsNoTimeIsRefusedByTheNameOfItsField(String text) {
    assertThatThrownBy(() -> PastTime.read("since", text, NOW))
        .isInstanceOfSatisfying(
            ApiException.class,
            refused -> {
              assertThat(refused.error().status()).isEqualTo(400);
              assertThat(refused.error().param()).hasValue("since");
            });
  }

  @Test
  void noTimeIsNone() {
    assertThat(PastTime.read("since", null, NOW)).isEmpty();
  }
}
