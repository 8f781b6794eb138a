package io.penstock.schemas.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.CommandKind;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Samples;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.client.PenstockClientException.Closed;
import io.penstock.schemas.client.PenstockClientException.NotSent;
import io.penstock.schemas.client.PenstockClientException.ResultTimeout;
import io.penstock.schemas.client.PenstockClientException.Saturated;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.deadlines.LatestResult;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicSettings;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PenstockClientTest {

  private static final String RESULTS = "penstock.results";
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private final AvroSerdes serdes = new AvroSerdes("mock://penstock-client-test");
  private final SettableClock clock = new SettableClock();
  private final MockProducer<String, SpecificRecord> producer =
      new MockProducer<>(
          true, null, new StringSerializer(), serdes.serializer(SpecificRecord.class));
  private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("latest");
  private PenstockClientConfig config =
      PenstockClientConfig.of(
              new ClusterConnection("none:1", "mock://penstock-client-test"), TopicSettings.DEFAULT)
          .withInFlight(2, Duration.ZERO);

  @Test
  void aResultCompletesTheFutureOfItsRequest() {
    PenstockClient client = client();
    CompletableFuture<InferenceResult> one = client.submit(Samples.request("one"));
    CompletableFuture<InferenceResult> two = client.submit(Samples.request("two"));

    answer("two");
    answer("somebody-else's");
    client.poll();

    assertThat(one).isNotDone();
    assertThat(two).isCompletedWithValue(Samples.result("two"));
  }

  @Test
  void resultsWrittenBeforeOpeningAreNotRead() {
    PenstockClient client = client();

    assertThat(consumer.position(new TopicPartition(RESULTS, 0))).isEqualTo(10);
    assertThat(consumer.position(new TopicPartition(RESULTS, 1))).isEqualTo(10);
    client.close();
  }

  @Test
  void theRequestGoesToItsClassWithTenantAndTrace() {
    config = config.withTenant("acme");
    PenstockClient client = client();
    InferenceRequest request =
        InferenceRequests.embedding("mini", "hello")
            .setServiceClass(ServiceClass.INTERACTIVE)
            .build();

    CompletableFuture<InferenceResult> future = client.submit(request, TRACE);

    ProducerRecord<String, SpecificRecord> sent = producer.history().getFirst();
    assertThat(future).isNotDone();
    assertThat(sent.topic()).isEqualTo("penstock.requests.interactive");
    assertThat(sent.key()).isEqualTo(request.getId());
    assertThat(new String(sent.headers().lastHeader("traceparent").value(), StandardCharsets.UTF_8))
        .isEqualTo(TRACE);
    assertThat(sent.value())
        .isEqualTo(InferenceRequest.newBuilder(request).setTenant("acme").build());
  }

  @Test
  void aReplyTopicOfItsOwnIsAskedForAndRead() {
    config = config.withReplyTopic("mine");
    PenstockClient client = client();

    CompletableFuture<InferenceResult> future = client.submit(Samples.request("r"));

    InferenceRequest sent = (InferenceRequest) producer.history().getFirst().value();
    assertThat(sent.getReplyTopic()).contains("mine");
    answer("r");
    client.poll();
    assertThat(future).isCompleted();
    assertThatThrownBy(
            () ->
                client.submit(
                    InferenceRequest.newBuilder(Samples.request("r2"))
                        .setReplyTopic("other")
                        .build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("this client reads mine");
  }

  @Test
  void aReplyTopicThatDoesNotExistIsRefused() {
    config = config.withReplyTopic("absent");
    assertThatThrownBy(
            () ->
                new PenstockClient(
                    config,
                    producer,
                    consumer,
                    () -> consumer,
                    serdes.deserializer(InferenceResult.class),
                    clock,
                    Runnable::run))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reply topic absent does not exist");
  }

  @Test
  void aLateResultFailsTheFutureAfterDeadlineAndGrace() {
    PenstockClient client = client();
    CompletableFuture<InferenceResult> future = client.submit(Samples.request("r"));

    clock.now = Samples.NOW.plusSeconds(60).plus(LatestResult.CLIENT_GRACE);
    client.poll();
    assertThat(future).isNotDone();
    clock.now = clock.now.plusMillis(1);
    client.poll();

    assertThat(future)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(ResultTimeout.class)
        .withMessageContaining("request r ")
        .withMessageContaining("may still arrive on penstock.results");
    answer("r");
    client.poll();
  }

  @Test
  void noMoreThanMaxInFlightAndRoomAgainAfterEachEnd() {
    PenstockClient client = client();
    CompletableFuture<InferenceResult> one = client.submit(Samples.request("1"));
    CompletableFuture<InferenceResult> two = client.submit(Samples.request("2"));

    assertFails(client.submit(Samples.request("3")), Saturated.class);
    assertThat(producer.history()).hasSize(2);

    answer("1");
    client.poll();
    assertThat(one).isCompleted();
    CompletableFuture<InferenceResult> four = client.submit(Samples.request("4"));
    assertThat(four).isNotDone();

    assertThat(two.cancel(false)).isTrue();
    assertThat(client.submit(Samples.request("5"))).isNotDone();
    assertFails(client.submit(Samples.request("6")), Saturated.class);

    clock.now = Samples.NOW.plusSeconds(1000);
    client.poll();
    assertFails(four, ResultTimeout.class);
    assertThat(client.submit(Samples.request("7"))).isNotDone();
  }

  @Test
  void anIdInFlightIsRefusedWithoutTakingRoom() {
    PenstockClient client = client();
    CompletableFuture<InferenceResult> one = client.submit(Samples.request("1"));

    assertThatThrownBy(() -> client.submit(Samples.request("1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("in flight already");
    assertThat(client.submit(Samples.request("2"))).isNotDone();
    answer("1");
    client.poll();
    assertThat(one).isCompleted();
  }

  @Test
  void aRequestThatKafkaDoesNotTakeFailsAndFreesItsRoom() {
    PenstockClient client = client();
    for (int i = 0; i < 5; i++) {
      producer.sendException = new TimeoutException("no broker");
      assertFails(client.submit(Samples.request("r" + i)), NotSent.class);
    }
    producer.sendException = null;
    assertThat(client.submit(Samples.request("r"))).isNotDone();
  }

  @Test
  void anUnreadableResultIsPassedOver() {
    PenstockClient client = client();
    CompletableFuture<InferenceResult> future = client.submit(Samples.request("r"));

    record("r", new byte[] {1, 2, 3});
    record("r", null);
    client.poll();
    assertThat(future).isNotDone();
    answer("r");
    client.poll();
    assertThat(future).isCompleted();
  }

  @Test
  void cancelReachesEveryModelPartition() {
    PenstockClient client = client();

    assertThat(client.cancel("r")).isCompleted();

    assertThat(producer.history())
        .extracting(ProducerRecord::topic)
        .containsOnly("penstock.cancellations");
    assertThat(producer.history())
        .extracting(ProducerRecord::partition)
        .containsExactly(0, 1, 2, 3);
    assertThat((ControlCommand) producer.history().getFirst().value())
        .extracting(ControlCommand::getKind)
        .isEqualTo(CommandKind.CANCEL);
  }

  @Test
  void sendAwaitsTheLogOnly() {
    PenstockClient client = client();
    InferenceRequest request =
        InferenceRequest.newBuilder(Samples.request("r")).setReplyTopic("elsewhere").build();

    assertThat(client.send(request)).isCompleted();

    assertThat(producer.history().getFirst().value()).isEqualTo(request);
    producer.sendException = new TimeoutException("no broker");
    assertFails(client.send(Samples.request("r2")), NotSent.class);
  }

  @Test
  void closingFailsWhatIsInFlightAndRefusesMore() {
    PenstockClient client = client();
    CompletableFuture<InferenceResult> future = client.submit(Samples.request("r"));

    client.close();
    client.close();

    assertFails(future, Closed.class);
    assertFails(client.submit(Samples.request("r2")), Closed.class);
    assertFails(client.send(Samples.request("r3")), Closed.class);
    assertFails(client.cancel("r"), Closed.class);
    assertThat(producer.closed()).isTrue();
  }

  @Test
  void invalidRequestsAreRefusedAtOnceNamingTheField() {
    PenstockClient client = client();

    assertRefused(client, Samples.request("x".repeat(129)), "id has 129 characters");
    assertRefused(client, Samples.request(" "), "id is empty; give 1 to 128 characters");
    assertRefused(
        client,
        Samples.request("cut-\ud83d"),
        "id holds half of a character (\\ud83d, a lone surrogate, as character 5)");
    assertRefused(client, custom("x".repeat(513)), "customId has 513 characters");
    assertThat(client.submit(custom("x".repeat(512)))).isNotDone();
    assertRefused(
        client,
        Samples.request("r", "x".repeat(TopicSettings.DEFAULT.maxRequestBytes() + 1)),
        "body has");
  }

  @Test
  void aTraceparentThatIsNotOfTheStandardsFormIsLeftOut() {
    var future = client().submit(Samples.request("r"), "not-a-trace\n");

    assertThat(future).isNotDone();
    assertThat(producer.history().getFirst().headers().lastHeader("traceparent")).isNull();
  }

  private static InferenceRequest custom(String customId) {
    return InferenceRequest.newBuilder(Samples.request("custom")).setCustomId(customId).build();
  }

  private static void assertRefused(
      PenstockClient client, InferenceRequest request, String complaint) {
    assertThatThrownBy(() -> client.submit(request))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(complaint);
  }

  private static void assertFails(
      CompletableFuture<?> future, Class<? extends PenstockClientException> type) {
    assertThat(future)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(type);
  }

  private PenstockClient client() {
    String topic = config.resultTopic();
    consumer.updatePartitions(
        topic,
        List.of(
            new PartitionInfo(topic, 0, null, null, null),
            new PartitionInfo(topic, 1, null, null, null)));
    consumer.updateEndOffsets(
        Map.of(new TopicPartition(topic, 0), 10L, new TopicPartition(topic, 1), 10L));
    return new PenstockClient(
        config,
        producer,
        consumer,
        () -> consumer,
        serdes.deserializer(InferenceResult.class),
        clock,
        Runnable::run);
  }

  private long next = 10;

  private void answer(String id) {
    record(id, serdes.serializer(InferenceResult.class).serialize(RESULTS, Samples.result(id)));
  }

  private void record(String key, byte @Nullable [] value) {
    consumer.addRecord(new ConsumerRecord<>(config.resultTopic(), 0, next++, key, value));
  }

  private static final class SettableClock extends Clock {
    private Instant now = Samples.NOW;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }
}
