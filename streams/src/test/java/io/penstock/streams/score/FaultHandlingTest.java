package io.penstock.streams.score;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.serde.RegistryUnavailableException;
import io.penstock.streams.runtime.AdminReplyTopics;
import io.penstock.streams.runtime.SendFailures;
import io.penstock.streams.runtime.ThreadReplacement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class FaultHandlingTest {

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final ScoreMetrics counts = new ScoreMetrics(metrics, ServiceClass.BATCH);
  private final List<Duration> pauses = new ArrayList<>();
  private final Set<String> topics = new HashSet<>(Set.of("replies"));
  private Instant now = Requests.NOW;
  private boolean stopping;
  private boolean kafkaAway;

  private final AdminReplyTopics replyTopics =
      new AdminReplyTopics(
          topic -> {
            if (kafkaAway) {
              throw new TimeoutException("away");
            }
            return topics.contains(topic);
          },
          Duration.ofSeconds(10),
          () -> now);

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
  void replacesNothingWhileStopping() {
    stopping = true;

    assertThat(replacement().handle(new RuntimeException("x"))).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(pauses).isEmpty();
  }

  @Test
  void waitsForTheRegistryWithinItsBudgetOnly() {
    RegistryPatience patience =
        new RegistryPatience(
            Duration.ofSeconds(1), pauses::add, () -> stopping, counts.registryWaits());

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
            Duration.ofDays(1), pauses::add, () -> stopping, counts.registryWaits());

    assertThatThrownBy(() -> patience.call(FaultHandlingTest::registryAway))
        .isInstanceOf(RegistryUnavailableException.class);
    assertThat(pauses).isEmpty();
  }

  @Test
  void remembersATopicForItsTimeToLive() {
    assertThat(replyTopics.usable("replies")).isTrue();
    topics.clear();
    assertThat(replyTopics.usable("replies")).isTrue();
    now = now.plusSeconds(10);
    assertThat(replyTopics.usable("replies")).isFalse();
  }

  @Test
  void noticesANewTopicSoon() {
    assertThat(replyTopics.usable("new")).isFalse();
    topics.add("new");
    now = now.plusSeconds(2);

    assertThat(replyTopics.usable("new")).isTrue();
  }

  @Test
  void trustsAKnownTopicWhileKafkaIsAwayButNoNewOne() {
    assertThat(replyTopics.usable("replies")).isTrue();
    kafkaAway = true;
    now = now.plusSeconds(60);

    assertThat(replyTopics.usable("replies")).isTrue();
    assertThatThrownBy(() -> replyTopics.usable("other")).isInstanceOf(TimeoutException.class);
  }

  @Test
  void avoidsAReplyTopicThatRefusedAResultButNeverItsOwnTopics() {
    SendFailures failures = new SendFailures();
    failures.configure(
        Map.of(
            SendFailures.REPLY_TOPICS,
            replyTopics,
            SendFailures.OWN_TOPICS,
            List.of("penstock.results")));
    topics.add("penstock.results");

    failures.handleError(null, new ProducerRecord<>("replies", new byte[0]), new Exception());
    failures.handleError(
        null, new ProducerRecord<>("penstock.results", new byte[0]), new Exception());

    assertThat(replyTopics.usable("replies")).isFalse();
    assertThat(replyTopics.usable("penstock.results")).isTrue();
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
        "score", counts::threadReplaced, pauses::add, () -> now, () -> stopping);
  }

  private static String registryAway() {
    throw new RegistryUnavailableException("away", null);
  }
}
