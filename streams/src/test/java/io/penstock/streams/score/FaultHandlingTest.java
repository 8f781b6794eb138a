package io.penstock.streams.score;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.serde.RegistryUnavailableException;
import io.penstock.streams.runtime.JobWatch;
import io.penstock.streams.runtime.ProgressSettings;
import io.penstock.streams.runtime.RegistryPatience;
import io.penstock.streams.runtime.ThreadReplacement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class FaultHandlingTest {

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final ScoreMetrics counts = new ScoreMetrics(metrics, ServiceClass.BATCH);
  private final List<Duration> pauses = new ArrayList<>();
  private Instant now = Requests.NOW;
  private long nanoTime;
  private final JobWatch watch =
      new JobWatch(
          "score", Tags.of("class", "batch"), ProgressSettings.DEFAULT, metrics, () -> nanoTime);
  private boolean stopping;

  @Test
  void replacesAThreadAfterGrowingPauses() {
    ThreadReplacement replacement = replacement();
    for (int i = 0; i < 7; i++) {
      assertThat(replacement.handle(new RuntimeException("x"))).isEqualTo(REPLACE_THREAD);
    }
    now = now.plusSeconds(60);
    replacement.handle(new RuntimeException("x"));

    assertThat(pauses)
        .extracting(Duration::toMillis)
        .containsExactly(100L, 200L, 400L, 800L, 1_600L, 2_000L, 2_000L, 100L);
  }

  @Test
  void countsEachFailureAlsoOfAnErrorAndSaysThatTheJobIsStalled() {
    ThreadReplacement replacement = replacement();
    assertThat(
            metrics.get("penstock.score.thread.failures").tag("class", "batch").counter().count())
        .isZero();
    assertThat(metrics.get("penstock.score.stalled").gauge().value()).isZero();

    for (int i = 0; i < 6; i++) {
      assertThat(replacement.handle(new StreamsException(new StackOverflowError())))
          .isEqualTo(REPLACE_THREAD);
    }

    assertThat(metrics.get("penstock.score.thread.failures").counter().count()).isEqualTo(6);
    assertThat(metrics.get("penstock.score.stalled").gauge().value()).isEqualTo(1);
    assertThat(watch.problem())
        .hasValue(
            "its threads failed more than 5 times within 60 s, the last time with"
                + " java.lang.StackOverflowError");
    nanoTime += Duration.ofSeconds(61).toNanos();
    assertThat(watch.problem()).isEmpty();
  }

  @Test
  void endsTheJobWhenTheProcessIsDamaged() {
    assertThat(replacement().handle(new StreamsException(new OutOfMemoryError("Java heap space"))))
        .isEqualTo(SHUTDOWN_CLIENT);
    assertThat(pauses).isEmpty();
  }

  @Test
  void replacesNothingWhileStopping() {
    stopping = true;

    assertThat(replacement().handle(new RuntimeException("x"))).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(pauses).isEmpty();
  }

  @Test
  void waitsForTheRegistryWithinItsBudgetOnly() {
    RegistryPatience patience =
        new RegistryPatience(
            Duration.ofSeconds(1), pauses::add, () -> stopping, counts.registryWaits()::increment);

    assertThatThrownBy(() -> patience.call(FaultHandlingTest::registryAway))
        .isInstanceOf(RegistryUnavailableException.class);
    assertThat(pauses.stream().reduce(Duration.ZERO, Duration::plus))
        .isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
  }

  @Test
  void stopsWaitingForTheRegistryWhenStopping() {
    stopping = true;
    RegistryPatience patience =
        new RegistryPatience(
            Duration.ofDays(1), pauses::add, () -> stopping, counts.registryWaits()::increment);

    assertThatThrownBy(() -> patience.call(FaultHandlingTest::registryAway))
        .isInstanceOf(RegistryUnavailableException.class);
    assertThat(pauses).isEmpty();
  }

  @Test
  void keepsATimestampUnlessItIsOldOrAhead() {
    Instant lately = now.minus(Duration.ofMinutes(59));

    assertThat(OutputTime.millis(lately, now)).isEqualTo(lately.toEpochMilli());
    assertThat(OutputTime.millis(now.minus(Duration.ofHours(2)), now))
        .isEqualTo(now.toEpochMilli());
    assertThat(OutputTime.millis(now.plusSeconds(5), now)).isEqualTo(now.toEpochMilli());
  }

  private ThreadReplacement replacement() {
    return new ThreadReplacement(
        "score", watch::threadFailed, pauses::add, () -> now, () -> stopping);
  }

  private static String registryAway() {
    throw new RegistryUnavailableException("away", null);
  }
}
