package io.penstock.streams.score.prediction;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.PriceWindow;
import io.penstock.streams.score.Requests;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceHoursTest {

  private static final Instant NOON = Instant.parse("2026-07-01T12:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "12:00, 13:00, UTC, 0.5",
    "11:00, 12:00, UTC, 1",
    "23:00, 12:01, UTC, 0.5",
    "13:00, 12:00, UTC, 1",
    "14:00, 15:00, Europe/Zurich, 0.5",
    "12:00, 13:00, Europe/Zurich, 1",
    "12:00, 13:00, Nowhere, 1",
    "noon, 13:00, UTC, 1"
  })
  void theFactorIsThatOfTheHour(String from, String to, String zone, double expected) {
    assertThat(PriceHours.factor(spec(window(from, to, zone, 0.5)), NOON)).isEqualTo(expected);
  }

  @Test
  void theCheapestComingWindowIsFound() {
    ModelSpec spec =
        spec(
            window("20:00", "21:00", "UTC", 0.5),
            window("23:00", "01:00", "UTC", 0.3),
            window("02:00", "03:00", "UTC", 0.3),
            window("13:00", "14:00", "UTC", 1.5));

    assertThat(PriceHours.next(spec, NOON, NOON.plus(Duration.ofDays(1))))
        .contains(new PriceHours.Cheaper(Instant.parse("2026-07-01T23:00:00Z"), 0.3));
    assertThat(PriceHours.next(spec, NOON, NOON.plus(Duration.ofHours(9))))
        .contains(new PriceHours.Cheaper(Instant.parse("2026-07-01T20:00:00Z"), 0.5));
    assertThat(PriceHours.next(spec, NOON, NOON.plus(Duration.ofHours(7)))).isEmpty();
    assertThat(
            PriceHours.next(
                spec, NOON.plus(Duration.ofMinutes(690)), NOON.plus(Duration.ofDays(1))))
        .isEmpty();
  }

  private static ModelSpec spec(PriceWindow... windows) {
    return Requests.model("a").setPriceWindows(List.of(windows)).build();
  }

  private static PriceWindow window(String from, String to, String zone, double factor) {
    return PriceWindow.newBuilder().setFrom(from).setTo(to).setZone(zone).setFactor(factor).build();
  }
}
