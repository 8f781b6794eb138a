package io.penstock.schemas.topics;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ServiceClass;
import java.time.Duration;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.Test;

class TopicCatalogTest {

  private static final TopicNames NAMES = TopicNames.DEFAULT;
  private final TopicCatalog catalog = new TopicCatalog(TopicSettings.DEFAULT);

  @Test
  void thereAreTwentyTwoTopicsOfDistinctNames() {
    assertThat(catalog.topics().stream().map(TopicSpec::name).distinct()).hasSize(22);
  }

  @Test
  void topicsAddressedByModelPartitionShareOneCount() {
    int count = TopicSettings.DEFAULT.modelPartitions();
    for (ServiceClass serviceClass : ServiceClass.values()) {
      assertThat(spec(NAMES.work(serviceClass)).partitions()).isEqualTo(count);
    }
    assertThat(spec(NAMES.demand()).partitions()).isEqualTo(count);
    assertThat(spec(NAMES.outcomes()).partitions()).isEqualTo(count);
    assertThat(spec(NAMES.control()).partitions()).isEqualTo(count);
    assertThat(spec(NAMES.cancellations()).partitions()).isEqualTo(count);
    assertThat(spec(NAMES.transfers()).partitions()).isEqualTo(count);
    assertThat(spec(NAMES.front()).partitions()).isEqualTo(spec(NAMES.results()).partitions());
    assertThat(spec(NAMES.models()).partitions()).isEqualTo(1);
    assertThat(spec(NAMES.routing()).partitions()).isEqualTo(1);
    assertThat(spec(NAMES.leases()).partitions())
        .isEqualTo(TopicSettings.DEFAULT.otherPartitions());
  }

  @Property(tries = 50)
  void whatIsWrittenAtARequestsHomeHasEquallyManyPartitions(
      @ForAll @IntRange(min = 1, max = 1000) int others) {
    TopicSettings settings =
        new TopicSettings(
            NAMES, 4, others, (short) 1, Duration.ofDays(1), Duration.ofDays(1), 1024);
    TopicCatalog drawn = new TopicCatalog(settings);
    for (String name : new String[] {NAMES.results(), NAMES.lifecycle(), NAMES.chunks()}) {
      assertThat(drawn.topic(name).orElseThrow().partitions()).as(name).isEqualTo(others);
    }
  }

  @Test
  void everyTopicIsKnownAsOurOwnUnderAnyPrefix() {
    for (String prefix : new String[] {"", "p.", "penstock."}) {
      TopicNames names = new TopicNames(prefix);
      TopicSettings settings =
          new TopicSettings(
              names, 4, 2, (short) 1, Duration.ofDays(1), Duration.ofDays(1), 1024 * 1024);

      assertThat(new TopicCatalog(settings).topics())
          .allSatisfy(topic -> assertThat(names.isOwn(topic.name())).as(topic.name()).isTrue());
    }
  }

  @Test
  void everyTopicStampsRecordsWithItsOwnTime() {
    assertThat(catalog.topics())
        .allSatisfy(
            topic ->
                assertThat(topic.configs())
                    .containsEntry(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime"));
  }

  @Test
  void cleaningFollowsHowLongRecordsAreWanted() {
    assertThat(spec(NAMES.models()).configs())
        .containsEntry("cleanup.policy", "compact")
        .doesNotContainKey("retention.ms");
    assertThat(spec(NAMES.lifecycle()).configs())
        .containsEntry("cleanup.policy", "compact,delete")
        .containsEntry("retention.ms", millis(Duration.ofDays(8)));
    assertThat(spec(NAMES.results()).configs())
        .containsEntry("cleanup.policy", "delete")
        .containsEntry("retention.ms", millis(TopicSettings.DEFAULT.resultRetention()));
    assertThat(spec(NAMES.deadLetters()).configs())
        .containsEntry("retention.ms", millis(Duration.ofDays(14)));
    assertThat(spec(NAMES.demand()).configs())
        .containsEntry("retention.ms", millis(Duration.ofHours(6)));
    assertThat(spec(NAMES.chunks()).configs())
        .containsEntry("cleanup.policy", "delete")
        .containsEntry("retention.ms", millis(Duration.ofHours(1)));
  }

  @Test
  void threeCopiesLetOneBeAway() {
    TopicSettings settings =
        new TopicSettings(
            NAMES, 4, 2, (short) 3, Duration.ofDays(1), Duration.ofDays(1), 1024 * 1024);

    assertThat(new TopicCatalog(settings).topics())
        .allSatisfy(topic -> assertThat(topic.configs()).containsEntry("min.insync.replicas", "2"));
    assertThat(catalog.topics())
        .allSatisfy(topic -> assertThat(topic.configs()).containsEntry("min.insync.replicas", "1"));
  }

  @Property(tries = 100)
  void workOutlivesEveryDeadlineAndPayloadsFit(
      @ForAll @IntRange(min = 1, max = 100_000) int deadlineMinutes,
      @ForAll @IntRange(min = 1, max = 100_000) int retentionMinutes,
      @ForAll @IntRange(min = 1024, max = 64 * 1024 * 1024) int bytes) {
    TopicSettings settings =
        new TopicSettings(
            NAMES,
            4,
            2,
            (short) 1,
            Duration.ofMinutes(deadlineMinutes),
            Duration.ofMinutes(retentionMinutes),
            bytes);
    TopicCatalog drawn = new TopicCatalog(settings);
    for (ServiceClass serviceClass : ServiceClass.values()) {
      for (String name : new String[] {NAMES.requests(serviceClass), NAMES.work(serviceClass)}) {
        TopicSpec topic = drawn.topic(name).orElseThrow();
        assertThat(retention(topic)).isGreaterThan(settings.maxDeadline());
        assertThat(topic.maxMessageBytes()).isGreaterThan(bytes);
      }
    }
    assertThat(retention(drawn.topic(NAMES.lifecycle()).orElseThrow()))
        .isGreaterThanOrEqualTo(settings.resultRetention())
        .isGreaterThan(settings.maxDeadline());
    assertThat((long) drawn.topic(NAMES.deadLetters()).orElseThrow().maxMessageBytes())
        .isGreaterThan(2L * bytes);
    assertThat((long) drawn.topic(NAMES.outcomes()).orElseThrow().maxMessageBytes())
        .isGreaterThan(2L * bytes);
  }

  @Property(tries = 100)
  void idsAreRememberedForLongerThanAnyLogKeepsTheirRequest(
      @ForAll @IntRange(min = 1, max = 100_000) int deadlineMinutes,
      @ForAll @IntRange(min = 1, max = 100_000) int retentionMinutes) {
    TopicSettings settings =
        new TopicSettings(
            NAMES,
            4,
            2,
            (short) 1,
            Duration.ofMinutes(deadlineMinutes),
            Duration.ofMinutes(retentionMinutes),
            1024);
    TopicCatalog drawn = new TopicCatalog(settings);
    for (ServiceClass serviceClass : ServiceClass.values()) {
      assertForgottenBefore(settings, drawn.topic(NAMES.requests(serviceClass)).orElseThrow());
      assertForgottenBefore(settings, drawn.topic(NAMES.work(serviceClass)).orElseThrow());
    }
    assertForgottenBefore(settings, drawn.topic(NAMES.transfers()).orElseThrow());
    assertForgottenBefore(settings, drawn.topic(NAMES.results()).orElseThrow());
    assertThat(settings.idRetention()).isGreaterThan(settings.maxDeadline());
  }

  /** Kafka deletes whole segments: a record goes when the last one of its segment is old enough. */
  private static void assertForgottenBefore(TopicSettings settings, TopicSpec topic) {
    Duration segment = Duration.ofMillis(Long.parseLong(topic.configs().get("segment.ms")));
    assertThat(settings.idRetention())
        .as(topic.name())
        .isGreaterThan(retention(topic).plus(segment));
  }

  private TopicSpec spec(String name) {
    return catalog.topic(name).orElseThrow();
  }

  private static Duration retention(TopicSpec topic) {
    Map<String, String> configs = topic.configs();
    return Duration.ofMillis(Long.parseLong(configs.getOrDefault("retention.ms", "0")));
  }

  private static String millis(Duration duration) {
    return Long.toString(duration.toMillis());
  }
}
