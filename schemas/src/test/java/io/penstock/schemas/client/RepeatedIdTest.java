package io.penstock.schemas.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.Samples;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.client.PenstockClientException.FirstResultMissing;
import io.penstock.schemas.client.PenstockClientException.IdConflict;
import io.penstock.schemas.client.PenstockClientException.ResultTimeout;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.deadlines.LatestResult;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.HomePartitions;
import io.penstock.schemas.topics.TopicSettings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** What a client answers to an id that its tenant, or another one, used before. */
class RepeatedIdTest {

  private static final String RESULTS = "penstock.results";
  private static final int PARTITIONS = 2;

  private final AvroSerdes serdes = new AvroSerdes("mock://repeated-id-test");
  private final SettableClock clock = new SettableClock();
  private final StampingProducer producer = new StampingProducer();
  private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("latest");
  private final List<ConsumerRecord<String, byte[]>> log = new ArrayList<>();
  private boolean lookUpsFail;

  @Test
  void twoTenantsWithOneIdAreTwoRequests() {
    PenstockClient client = client();
    CompletableFuture<InferenceResult> acme = client.submit(request("acme", "x"));
    CompletableFuture<InferenceResult> other = client.submit(request("other", "x"));

    arrives(result("other", "x").setStatus(TerminalStatus.CANCELLED));
    client.poll();

    assertThat(acme).isNotDone();
    assertThat(other.join().getStatus()).isEqualTo(TerminalStatus.CANCELLED);
    arrives(result("acme", "x"));
    client.poll();
    assertThat(acme.join().getTenant()).isEqualTo("acme");
  }

  @Test
  void aResultOfAnotherTenantsRequestCompletesNothing() {
    PenstockClient client = client();
    CompletableFuture<InferenceResult> acme = client.submit(request("acme", "x"));

    arrives(result("other", "x"));
    client.poll();

    assertThat(acme).isNotDone();
  }

  @Test
  void aRepetitionFindsTheFirstResultAlsoInAnotherHome() {
    PenstockClient client = client();
    Instant ended = Samples.NOW.minus(Duration.ofDays(2));
    InferenceResult first = result("acme", "x").setFinishedAt(ended).setReplyKey("x").build();
    logged(ended.plusSeconds(1), first);
    for (String replyKey : List.of("a", "b", "c", "d")) {
      InferenceRequest again =
          InferenceRequest.newBuilder(request("acme", "x")).setReplyKey(replyKey).build();
      CompletableFuture<InferenceResult> future = client.submit(again);

      arrives(
          result("acme", "x")
              .setFinishedAt(ended)
              .setBody(null)
              .setReplyKey(replyKey)
              .setRepetition(Repetition.SAME));
      client.poll();

      assertThat(future.join().getBody()).as(replyKey).isEqualTo(first.getBody());
    }
  }

  @Test
  void aRepeatedRequestGetsTheFirstResultMarkedAsARepetition() {
    PenstockClient client = client();
    Instant ended = Samples.NOW.minus(Duration.ofDays(2));
    InferenceResult first = result("acme", "x").setFinishedAt(ended).build();
    logged(ended.minusSeconds(60), result("acme", "earlier").build());
    logged(ended.minusSeconds(2), result("other", "x").setFinishedAt(ended).build());
    logged(ended.plusSeconds(1), first);
    CompletableFuture<InferenceResult> future = client.submit(request("acme", "x"));

    arrives(result("acme", "x").setFinishedAt(ended).setBody(null).setRepetition(Repetition.SAME));
    client.poll();

    assertThat(future.join())
        .isEqualTo(InferenceResult.newBuilder(first).setRepetition(Repetition.SAME).build());
  }

  @Test
  void aRefusalThatLeftTheIdFreeIsNotTheFirstResult() {
    PenstockClient client = client();
    Instant ended = Samples.NOW.minus(Duration.ofDays(2));
    Instant refusedAt = ended.minusSeconds(60);
    InferenceResult first = result("acme", "x").setFinishedAt(ended).build();
    logged(
        refusedAt,
        result("acme", "x").setStatus(TerminalStatus.FAILED).setFinishedAt(refusedAt).build());
    logged(ended.plusSeconds(1), first);
    CompletableFuture<InferenceResult> future = client.submit(request("acme", "x"));

    arrives(result("acme", "x").setFinishedAt(ended).setBody(null).setRepetition(Repetition.SAME));
    client.poll();

    assertThat(future.join().getStatus()).isEqualTo(TerminalStatus.SUCCEEDED);
  }

  @Test
  void aFirstResultPastItsRetentionIsAnExceptionThatSaysHowItEnded() {
    PenstockClient client = client();
    Instant ended = Samples.NOW.minus(Duration.ofDays(2));
    logged(ended.plus(Duration.ofHours(1)), result("acme", "later").build());
    CompletableFuture<InferenceResult> future = client.submit(request("acme", "x"));

    arrives(result("acme", "x").setFinishedAt(ended).setBody(null).setRepetition(Repetition.SAME));
    client.poll();

    FirstResultMissing missing = failure(future, FirstResultMissing.class);
    assertThat(missing)
        .hasMessageContaining("request x was submitted before and ended SUCCEEDED (200)")
        .hasMessageContaining("not kept any more");
    assertThat(missing.ending().getFinishedAt()).isEqualTo(ended);
  }

  @Test
  void aFirstResultThatCannotBeReadIsAnExceptionThatSaysSo() {
    PenstockClient client = client();
    lookUpsFail = true;
    CompletableFuture<InferenceResult> future = client.submit(request("acme", "x"));

    arrives(result("acme", "x").setRepetition(Repetition.SAME));
    client.poll();

    assertThat(failure(future, FirstResultMissing.class))
        .hasMessageContaining("could not be read (no broker)");
  }

  @Test
  void anotherRequestUnderAUsedIdIsAConflict() {
    PenstockClient client = client();
    CompletableFuture<InferenceResult> future = client.submit(request("acme", "x"));

    arrives(
        result("acme", "x")
            .setStatus(TerminalStatus.FAILED)
            .setStatusCode(409)
            .setBody(null)
            .setRepetition(Repetition.CONFLICT));
    client.poll();

    IdConflict conflict = failure(future, IdConflict.class);
    assertThat(conflict)
        .hasMessageContaining("id x of tenant acme was used before for another request")
        .hasMessageContaining("give it an id of its own");
    assertThat(conflict.refusal().getStatusCode()).isEqualTo(409);
  }

  @Test
  void aConflictOfASubmissionAfterThisOneLeavesItWaitingForItsOwnResult() {
    producer.appendedAt = Optional.of(Samples.NOW);
    PenstockClient client = client();
    CompletableFuture<InferenceResult> first = client.submit(request("acme", "x"));

    arrives(
        result("acme", "x")
            .setRepetition(Repetition.CONFLICT)
            .setAcceptedAt(Samples.NOW.plusSeconds(1)));
    client.poll();

    assertThat(first).isNotDone();
    arrives(result("acme", "x").setAcceptedAt(Samples.NOW.plusMillis(1)));
    client.poll();
    assertThat(first.join().getRepetition()).isEmpty();
  }

  @Test
  void aResultOfAFirstRequestThatStillRanIsMarkedAsARepetition() {
    producer.appendedAt = Optional.of(Samples.NOW);
    PenstockClient client = client();
    CompletableFuture<InferenceResult> second = client.submit(request("acme", "x"));

    arrives(result("acme", "x").setAcceptedAt(Samples.NOW.minusSeconds(20)));
    client.poll();

    assertThat(second.join().getRepetition()).contains(Repetition.SAME);
  }

  @Test
  void aHostWhoseClockIsAheadStillWaitsForExpired() {
    Duration ahead = Duration.ofMinutes(5);
    clock.now = Samples.NOW.plus(ahead);
    producer.appendedAt = Optional.of(Samples.NOW);
    PenstockClient client = client();
    Duration left = Duration.ofSeconds(60);
    CompletableFuture<InferenceResult> future =
        client.submit(
            InferenceRequest.newBuilder(request("acme", "x"))
                .setDeadline(clock.now.plus(left))
                .build());

    // By the log's clock, the deadline is ahead + left away, and dispatch goes by that.
    clock.now = Samples.NOW.plus(ahead).plus(ahead).plus(left).plus(LatestResult.DECIDED_WITHIN);
    client.poll();
    assertThat(future).isNotDone();
    clock.now = clock.now.plus(LatestResult.CLIENT_GRACE);
    client.poll();
    failure(future, ResultTimeout.class);
  }

  private static <T extends PenstockClientException> T failure(
      CompletableFuture<?> future, Class<T> type) {
    assertThat(future).isCompletedExceptionally();
    Throwable failure = future.exceptionNow();
    assertThat(failure).isInstanceOf(type);
    return type.cast(failure);
  }

  private static InferenceRequest request(String tenant, String id) {
    return InferenceRequest.newBuilder(Samples.request(id)).setTenant(tenant).build();
  }

  private static InferenceResult.Builder result(String tenant, String id) {
    return InferenceResult.newBuilder(Samples.result(id)).setTenant(tenant);
  }

  private void logged(Instant at, InferenceResult result) {
    int partition = HomePartitions.of("x", PARTITIONS);
    log.add(
        new ConsumerRecord<>(
            RESULTS,
            partition,
            log.size(),
            at.toEpochMilli(),
            TimestampType.LOG_APPEND_TIME,
            0,
            0,
            result.getId(),
            bytes(result),
            new RecordHeaders(),
            Optional.empty()));
  }

  private long next = 10;

  private void arrives(InferenceResult.Builder result) {
    InferenceResult built = result.build();
    consumer.addRecord(new ConsumerRecord<>(RESULTS, 0, next++, built.getId(), bytes(built)));
  }

  private byte[] bytes(InferenceResult result) {
    return serdes.serializer(InferenceResult.class).serialize(RESULTS, result);
  }

  private PenstockClient client() {
    prepare(consumer, 10L);
    return new PenstockClient(
        PenstockClientConfig.of(
            new ClusterConnection("none:1", "mock://repeated-id-test"), TopicSettings.DEFAULT),
        producer,
        consumer,
        this::lookUp,
        serdes.deserializer(InferenceResult.class),
        clock,
        Runnable::run);
  }

  private static void prepare(MockConsumer<String, byte[]> consumer, long end) {
    List<PartitionInfo> infos = new ArrayList<>();
    Map<TopicPartition, Long> ends = new HashMap<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      infos.add(new PartitionInfo(RESULTS, partition, null, null, null));
      ends.put(new TopicPartition(RESULTS, partition), end);
    }
    consumer.updatePartitions(RESULTS, infos);
    consumer.updateEndOffsets(ends);
  }

  private MockConsumer<String, byte[]> lookUp() {
    MockConsumer<String, byte[]> reader =
        new MockConsumer<>("none") {
          @Override
          public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
              Map<TopicPartition, Long> times, Duration timeout) {
            if (lookUpsFail) {
              throw new KafkaException("no broker");
            }
            Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
            times.forEach(
                (partition, time) ->
                    log.stream()
                        .filter(each -> each.partition() == partition.partition())
                        .filter(each -> each.timestamp() >= time)
                        .findFirst()
                        .ifPresent(
                            each ->
                                found.put(
                                    partition,
                                    new OffsetAndTimestamp(each.offset(), each.timestamp()))));
            return found;
          }
        };
    prepare(reader, log.size());
    reader.schedulePollTask(() -> log.forEach(reader::addRecord));
    return reader;
  }

  /** Confirms at once, with an append time where one is set. */
  private final class StampingProducer extends MockProducer<String, SpecificRecord> {
    private Optional<Instant> appendedAt = Optional.empty();

    StampingProducer() {
      super(true, null, new StringSerializer(), serdes.serializer(SpecificRecord.class));
    }

    @Override
    public synchronized Future<RecordMetadata> send(
        ProducerRecord<String, SpecificRecord> record, Callback callback) {
      return super.send(
          record,
          (metadata, failed) ->
              callback.onCompletion(
                  appendedAt
                      .map(
                          at ->
                              new RecordMetadata(
                                  new TopicPartition(record.topic(), 0),
                                  0,
                                  0,
                                  at.toEpochMilli(),
                                  1,
                                  1))
                      .orElse(metadata),
                  failed));
    }
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
