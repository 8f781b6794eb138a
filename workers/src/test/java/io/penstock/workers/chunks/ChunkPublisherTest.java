package io.penstock.workers.chunks;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.ChunkEnd;
import io.penstock.schemas.ChunkKind;
import io.penstock.schemas.Lease;
import io.penstock.schemas.OutcomeKind;
import io.penstock.schemas.TokenChunk;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.HomePartitions;
import io.penstock.workers.lease.ChunkStreams;
import io.penstock.workers.lease.LeaseFixture;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChunkPublisherTest {

  private static final int HOMES = 7;
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private final AvroSerdes serdes = new AvroSerdes("mock://chunks");
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final LeaseFixture f = new LeaseFixture(2);

  /** Lets nothing through before it is opened. */
  private final CountDownLatch gate = new CountDownLatch(1);

  private final MockProducer<String, byte[]> kafka =
      new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());

  @Test
  void chunksOfAnAttemptAreNumberedWithoutAGapAtItsHomeAndTheEndComesLast() {
    Lease lease = lease("a", "home");
    try (ChunkPublisher publisher = publisher(kafka, 1_000_000)) {
      gate.countDown();
      ChunkStreams.Stream stream = publisher.open(lease, null);
      for (int i = 0; i < 100; i++) {
        stream.chunk(bytes("piece " + i));
      }
      publisher.ended(outcome(lease, OutcomeKind.SUCCEEDED));
      stream.chunk(bytes("too late"));
      stream.close();
    }

    List<TokenChunk> chunks = sent();
    assertThat(chunks).hasSize(101);
    for (int i = 0; i < 100; i++) {
      assertThat(chunks.get(i).getSequence()).isEqualTo(i);
      assertThat(chunks.get(i).getKind()).isEqualTo(ChunkKind.DELTA);
      assertThat(StandardCharsets.UTF_8.decode(chunks.get(i).getData().duplicate()).toString())
          .isEqualTo("piece " + i);
      assertThat(chunks.get(i).getAttempt()).isEqualTo(lease.getAttempt());
    }
    assertThat(chunks.getLast().getSequence()).isEqualTo(100);
    assertThat(chunks.getLast().getEnd()).contains(ChunkEnd.COMPLETE);
    assertThat(kafka.history())
        .allSatisfy(
            record -> {
              assertThat(record.partition()).isEqualTo(HomePartitions.of("home", HOMES));
              assertThat(record.key()).isEqualTo("a");
            });
    assertThat(counter("penstock.worker.chunks")).isEqualTo(101);
  }

  @Test
  void theEndSaysHowTheAttemptEndedAndWithoutAnOutcomeThatItWasReleased() {
    try (ChunkPublisher publisher = publisher(kafka, 1_000_000)) {
      gate.countDown();
      for (OutcomeKind kind : OutcomeKind.values()) {
        Lease lease = lease(kind.name(), null);
        ChunkStreams.Stream stream = publisher.open(lease, null);
        stream.chunk(bytes("x"));
        publisher.ended(outcome(lease, kind));
        stream.close();
      }
      ChunkStreams.Stream lost = publisher.open(lease("lost", null), null);
      lost.chunk(bytes("x"));
      lost.close();
      Lease whole = lease("whole", null);
      ChunkStreams.Stream unstreamed = publisher.open(whole, null);
      publisher.ended(outcome(whole, OutcomeKind.SUCCEEDED));
      unstreamed.close();
    }

    assertThat(sent().stream().filter(each -> each.getKind() == ChunkKind.END))
        .extracting(each -> each.getId() + " " + each.getEnd().orElseThrow())
        .containsExactly(
            "SUCCEEDED COMPLETE",
            "FAILED FAILED",
            "CANCELLED CANCELLED",
            "RELEASED RELEASED",
            "lost RELEASED",
            "whole BROKEN");
  }

  @Test
  void nobodyWaitsForKafkaAndAFullQueueBreaksTheStreamInItsPlace() {
    Lease lease = lease("a", null);
    try (ChunkPublisher publisher = publisher(kafka, 10_000)) {
      ChunkStreams.Stream stream = publisher.open(lease, null);
      for (int i = 0; i < 1_000; i++) {
        stream.chunk(new byte[100]);
      }
      publisher.ended(outcome(lease, OutcomeKind.SUCCEEDED));
      stream.close();
      gate.countDown();
    }

    List<TokenChunk> chunks = sent();
    assertThat(chunks.size()).isBetween(20, 40);
    for (int i = 0; i < chunks.size(); i++) {
      assertThat(chunks.get(i).getSequence()).isEqualTo(i);
    }
    assertThat(chunks.getLast().getEnd()).contains(ChunkEnd.BROKEN);
    assertThat(broken("full")).isEqualTo(1);
  }

  @Test
  void aChunkThatKafkaRefusesBreaksItsStreamOnly() {
    gate.countDown();
    kafka.sendException = new TimeoutException("no leader");
    Lease lease = lease("a", null);
    try (ChunkPublisher publisher = publisher(kafka, 1_000_000)) {
      ChunkStreams.Stream stream = publisher.open(lease, null);
      stream.chunk(bytes("x"));
      while (broken("kafka") < 1) {
        Thread.onSpinWait();
      }
      kafka.sendException = null;
      stream.chunk(bytes("y"));
      publisher.ended(outcome(lease, OutcomeKind.SUCCEEDED));
      stream.close();
    }

    assertThat(sent())
        .singleElement()
        .extracting(each -> each.getEnd().orElseThrow())
        .isEqualTo(ChunkEnd.BROKEN);
  }

  private ChunkPublisher publisher(Producer<String, byte[]> producer, long maxBytes) {
    return new ChunkPublisher(
        "chunks",
        HOMES,
        maxBytes,
        () -> {
          try {
            gate.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return producer;
        },
        serdes.serializer(TokenChunk.class),
        () -> NOW,
        meters,
        Tags.empty());
  }

  private Lease lease(String id, String replyKey) {
    return Lease.newBuilder(f.grant(1, id)).setReplyKey(replyKey).setStream(true).build();
  }

  private static AttemptOutcome outcome(Lease lease, OutcomeKind kind) {
    return AttemptOutcome.newBuilder()
        .setRequestId(lease.getRequestId())
        .setTenant(lease.getTenant())
        .setAttempt(lease.getAttempt())
        .setWorkerId(lease.getWorkerId())
        .setSession(lease.getSession())
        .setKind(kind)
        .setEngine("test/none")
        .setReceivedAt(NOW)
        .setFinishedAt(NOW)
        .build();
  }

  private List<TokenChunk> sent() {
    return kafka.history().stream()
        .map(record -> serdes.deserializer(TokenChunk.class).deserialize("chunks", record.value()))
        .toList();
  }

  private double broken(String why) {
    Counter found = meters.find("penstock.worker.streams.broken").tag("why", why).counter();
    return found == null ? 0 : found.count();
  }

  private double counter(String name) {
    return meters.get(name).counter().count();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
