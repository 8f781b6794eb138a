package io.penstock.streams.score;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.streams.score.output.OutputLengthPredictor;
import io.penstock.streams.score.spend.AdmittedCost;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class FinishedFeedTest {

  private static final String TOPIC = "penstock.lifecycle";
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

  private final AvroSerdes serdes = new AvroSerdes("mock://finished-feed");
  private final OutputLengthPredictor predictor = new OutputLengthPredictor(10);
  private final AdmittedCost admitted = new AdmittedCost();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final FinishedFeed feed =
      new FinishedFeed(
          () -> {
            throw new AssertionError("the thread is not started here");
          },
          serdes.deserializer(RequestStatus.class),
          predictor,
          admitted,
          () -> Instant.EPOCH,
          TOPIC,
          100,
          metrics);

  @Test
  void beginsShortOfTheEndAndGoesOnWhereItStood() {
    MockConsumer<byte[], byte[]> first = consumer(1_000);
    feed.open(first);
    assertThat(first.position(PARTITION)).isEqualTo(900);

    first.addRecord(record(900, RequestState.SUCCEEDED, 500));
    feed.turn(first);
    MockConsumer<byte[], byte[]> second = consumer(5_000);
    feed.open(second);

    assertThat(second.position(PARTITION)).isEqualTo(901);
  }

  @Test
  void learnsFromSucceededRequestsOnlyAndSkipsWhatItCannotRead() {
    MockConsumer<byte[], byte[]> consumer = consumer(0);
    feed.open(consumer);
    for (int i = 0; i < 50; i++) {
      consumer.addRecord(record(i, RequestState.SUCCEEDED, 1_000));
    }
    consumer.addRecord(record(50, RequestState.FAILED, 100_000));
    consumer.addRecord(new ConsumerRecord<>(TOPIC, 0, 51, new byte[] {1}, new byte[] {2}));
    consumer.addRecord(new ConsumerRecord<>(TOPIC, 0, 52, new byte[] {1}, null));

    feed.turn(consumer);

    assertThat(predictor.predict("acme", "talker", 1_000_000)).isBetween(800L, 1_000L);
    assertThat(metrics.get("penstock.score.output.observed").counter().count()).isEqualTo(50);
    assertThat(metrics.get("penstock.score.output.feed.failures").counter().count()).isEqualTo(1);
  }

  @Test
  void whatHasEndedIsNotCommittedAnyMore() {
    MockConsumer<byte[], byte[]> consumer = consumer(0);
    feed.open(consumer);
    for (int i = 0; i < 3; i++) {
      admitted.admit("acme", "request-" + i, 1, Requests.NOW);
    }
    consumer.addRecord(record(0, RequestState.LEASED, 1));
    consumer.addRecord(record(1, RequestState.SUCCEEDED, 1));
    consumer.addRecord(record(2, RequestState.EXPIRED, 1));

    feed.turn(consumer);

    assertThat(admitted.of("acme", Instant.EPOCH.plusSeconds(60))).isEqualTo(1);
  }

  private static MockConsumer<byte[], byte[]> consumer(long end) {
    MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    Node[] nodes = {new Node(0, "broker", 1)};
    consumer.updatePartitions(TOPIC, List.of(new PartitionInfo(TOPIC, 0, nodes[0], nodes, nodes)));
    consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
    consumer.updateEndOffsets(Map.of(PARTITION, end));
    return consumer;
  }

  private ConsumerRecord<byte[], byte[]> record(long offset, RequestState state, long tokens) {
    RequestStatus status =
        RequestStatus.newBuilder()
            .setId("request-" + offset)
            .setState(state)
            .setTenant("acme")
            .setServiceClass(ServiceClass.BATCH)
            .setModel("talker")
            .setUsage(
                TokenUsage.newBuilder().setPromptTokens(1).setCompletionTokens(tokens).build())
            .setChangedAt(Requests.NOW)
            .build();
    byte[] value = serdes.serializer(RequestStatus.class).serialize(TOPIC, status);
    return new ConsumerRecord<>(TOPIC, 0, offset, new byte[] {1}, value);
  }
}
