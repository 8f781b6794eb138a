package io.penstock.streams.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.extension.Extension;
import io.penstock.schemas.routing.DefaultReplyTopics;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.runtime.ProgressSettings;
import io.penstock.streams.runtime.StatusDetail;
import io.penstock.streams.score.service.ServiceLevels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

class ScoreConfigTest {

  private static final ScoreConfig DEFAULT = ScoreConfig.DEFAULT;

  @Test
  void hasTheseDefaults() {
    assertThat(DEFAULT.levels()).isEqualTo(ServiceLevels.DEFAULT);
    assertThat(DEFAULT.statusDetail()).isEqualTo(StatusDetail.TERMINAL);
    assertThat(DEFAULT.commitInterval()).isEqualTo(Duration.ofMillis(20));
    assertThat(DEFAULT.pollTime()).isEqualTo(Duration.ofMillis(20));
    assertThat(DEFAULT.exactlyOnce()).isTrue();
    assertThat(DEFAULT.sessionTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(DEFAULT.transactionTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(DEFAULT.registryPatience()).isEqualTo(Duration.ofSeconds(1));
    assertThat(DEFAULT.replyTopics()).isEqualTo(DefaultReplyTopics.STANDARD);
    assertThat(DEFAULT.learnFromLast()).isEqualTo(10_000);
    assertThat(DEFAULT.maxTenants()).isEqualTo(10_000);
    assertThat(DEFAULT.batchShare()).isEqualTo(0.2);
    assertThat(DEFAULT.chooser()).isEqualTo(Extension.named("routing"));
    assertThat(DEFAULT.complexity()).isEqualTo(Extension.named("linear"));
  }

  @Test
  void refusesToWaitForTheRegistryBeyondTheTransaction() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config(Duration.ofMillis(5), Duration.ofSeconds(6), 1))
        .withMessageContaining("registryPatience");
  }

  @Test
  void refusesValuesOutOfRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config(Duration.ZERO, Duration.ofSeconds(1), 1))
        .withMessageContaining("commitInterval");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config(Duration.ofMillis(5), Duration.ofSeconds(1), 0))
        .withMessageContaining("maxTenants");
  }

  @Test
  void makesSettingsThatKafkaStreamsTakes() {
    BrokerFacts facts =
        new BrokerFacts(RecordLimits.ofMessages(9_000_000, 17_000_000), Duration.ofSeconds(6));

    Map<String, Object> settings =
        ScoreStreamsSettings.of(
            ServiceClass.BATCH, DEFAULT, TopicSettings.DEFAULT, facts, Path.of("state"));
    StreamsConfig streams =
        new StreamsConfig(new ClusterConnection("broker:1", "mock://x").with(settings));

    assertThat(streams.getString("application.id")).isEqualTo("penstock.score-batch");
    assertThat(streams.getString("processing.guarantee")).isEqualTo("exactly_once_v2");
    assertThat(streams.getMainConsumerConfigs("g", "c", 1))
        .containsEntry("session.timeout.ms", 6_000)
        .containsEntry("isolation.level", "read_committed");
    assertThat(streams.getProducerConfigs("p"))
        .containsEntry("linger.ms", 20)
        .containsEntry("max.request.size", 17_000_000)
        .containsEntry("transaction.timeout.ms", 5_000);
  }

  @Test
  void withoutTransactionsNoRecordWaitsForOthers() {
    BrokerFacts facts =
        new BrokerFacts(RecordLimits.ofMessages(9_000_000, 17_000_000), Duration.ofSeconds(6));

    Map<String, Object> settings =
        ScoreStreamsSettings.of(
            ServiceClass.BATCH,
            DEFAULT.withExactlyOnce(false),
            TopicSettings.DEFAULT,
            facts,
            Path.of("state"));
    StreamsConfig streams =
        new StreamsConfig(new ClusterConnection("broker:1", "mock://x").with(settings));

    assertThat(streams.getString("processing.guarantee")).isEqualTo("at_least_once");
    assertThat(streams.getProducerConfigs("p"))
        .containsEntry("linger.ms", 0)
        .doesNotContainKey("transaction.timeout.ms");
  }

  @Test
  void anApplicationRefusesAClassDeadlineBeyondTheMaximum() {
    TopicSettings base = TopicSettings.DEFAULT;
    TopicSettings hour =
        new TopicSettings(
            base.names(),
            base.modelPartitions(),
            base.otherPartitions(),
            base.replicationFactor(),
            Duration.ofHours(1),
            base.resultRetention(),
            base.maxRequestBytes());

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new ScoreApplication(
                    DEFAULT,
                    new ClusterConnection("broker:1", "mock://x"),
                    hour,
                    Path.of("state"),
                    new SimpleMeterRegistry()))
        .withMessageContaining("maxDeadline");
  }

  private static ScoreConfig config(Duration commit, Duration patience, int maxTenants) {
    return new ScoreConfig(
        ServiceLevels.DEFAULT,
        StatusDetail.ALL,
        commit,
        Duration.ofMillis(2),
        true,
        Duration.ofSeconds(3),
        Duration.ofSeconds(5),
        patience,
        DefaultReplyTopics.STANDARD,
        0,
        maxTenants,
        0.5,
        Extension.named("routing"),
        Extension.named("linear"),
        ProgressSettings.DEFAULT,
        false);
  }
}
