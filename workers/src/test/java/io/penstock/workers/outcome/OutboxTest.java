package io.penstock.workers.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.OutcomeKind;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.workers.kafka.Signal;
import io.penstock.workers.lease.LeaseFixture;
import io.penstock.workers.lease.OutgoingOutcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class OutboxTest {

  private final AvroSerdes serdes = new AvroSerdes("mock://outbox");
  private final List<MockProducer<String, byte[]>> producers = new ArrayList<>();
  private final List<WorkerDemand> acknowledged = new ArrayList<>();
  private final List<OutgoingOutcome> delivered = new ArrayList<>();
  private final List<AttemptOutcome> dropped = new ArrayList<>();
  private final LeaseFixture f = new LeaseFixture(2);
  private Predicate<AttemptOutcome> unwritable = _ -> false;
  private final Signal emptied = new Signal();
  private final OutcomeQueue queue = new OutcomeQueue(emptied::raise);
  private final Outbox outbox =
      new Outbox(
          queue,
          this::producer,
          TopicNames.DEFAULT,
          serdes.serializer(WorkerDemand.class),
          this::serialized,
          acknowledged::add,
          delivered::add,
          dropped::add);

  @Test
  void anOutcomeGoesToItsLeasesPartitionWithKeyAndTrace() {
    queue.add(answered());
    assertThat(outbox.flush(f.session())).isFalse();
    ProducerRecord<String, byte[]> record = sent().getFirst();
    assertThat(record.topic()).isEqualTo("penstock.outcomes");
    assertThat(record.partition()).isEqualTo(LeaseFixture.PARTITION);
    assertThat(record.key()).isEqualTo("a");
    assertThat(
            new String(
                record.headers().lastHeader("traceparent").value(), StandardCharsets.US_ASCII))
        .isEqualTo("00-trace");
    assertThat(outbox.undelivered()).isEqualTo(1);
    assertThat(delivered).isEmpty();
    producers.getFirst().completeNext();
    assertThat(outbox.undelivered()).isZero();
    assertThat(delivered).hasSize(1);
  }

  @Test
  void anOutcomeIsTriedUntilKafkaHasIt() {
    queue.add(answered());
    outbox.flush(f.session());
    producers.getFirst().errorNext(new TimeoutException("late"));
    assertThat(outbox.undelivered()).isEqualTo(1);
    outbox.flush(f.session());
    assertThat(sent()).hasSize(2);
    producers.getFirst().completeNext();
    assertThat(outbox.undelivered()).isZero();
    assertThat(outbox.hasFailed()).isFalse();
  }

  @Test
  void anOutcomeThatIsTooLargeBecomesAFailure() {
    queue.add(answered());
    outbox.flush(f.session());
    producers.getFirst().errorNext(new RecordTooLargeException("20 MB"));
    outbox.flush(f.session());
    AttemptOutcome outcome = outcome(sent().getLast());
    assertThat(outcome.getKind()).isEqualTo(OutcomeKind.FAILED);
    assertThat(outcome.getFailure().orElseThrow().getCode()).isEqualTo("answer_too_large");
    assertThat(outcome.getBody()).isEmpty();
    assertThat(outbox.hasFailed()).isFalse();
  }

  @Test
  void anOutcomeThatCannotBeWrittenBecomesAFailure() {
    unwritable = outcome -> outcome.getBody().isPresent();
    queue.add(answered());
    outbox.flush(f.session());
    assertThat(producers).isEmpty();
    outbox.flush(f.session());
    AttemptOutcome outcome = outcome(sent().getLast());
    assertThat(outcome.getKind()).isEqualTo(OutcomeKind.FAILED);
    assertThat(outcome.getFailure().orElseThrow().getCode()).isEqualTo("outcome_unwritable");
    assertThat(outbox.hasFailed()).isFalse();
    producers.getFirst().completeNext();
    assertThat(outbox.undelivered()).isZero();
  }

  @Test
  void whereNotEvenTheFailureCanBeWrittenTheSessionEnds() {
    unwritable = _ -> true;
    queue.add(answered());
    outbox.flush(f.session());
    assertThat(outbox.flush(f.session())).isFalse();
    assertThat(outbox.hasFailed()).as("which renews the session").isTrue();
    assertThat(dropped).hasSize(1);
    assertThat(outbox.undelivered()).isZero();
  }

  @Test
  void whatBelongsToAnotherSessionIsDropped() {
    queue.add(answered());
    outbox.flush("another");
    assertThat(producers).isEmpty();
    assertThat(dropped).hasSize(1);
    assertThat(outbox.undelivered()).isZero();
  }

  @Test
  void aProducerThatFailsForGoodIsReplaced() {
    queue.add(answered());
    outbox.flush(f.session());
    producers.getFirst().errorNext(new AuthorizationException("no"));
    assertThat(outbox.hasFailed()).isTrue();
    outbox.reset();
    assertThat(outbox.hasFailed()).isFalse();
    assertThat(producers.getFirst().closed()).isTrue();
    outbox.flush(f.session());
    assertThat(producers).hasSize(2);
    assertThat(sent()).hasSize(1);
  }

  @Test
  void aDemandIsAcknowledgedAndNotTriedAgain() {
    WorkerDemand demand = f.demands(true).getFirst();
    outbox.send(3, demand);
    outbox.send(3, demand);
    assertThat(sent().getFirst())
        .returns(3, ProducerRecord::partition)
        .returns("w1", ProducerRecord::key)
        .returns("penstock.demand", ProducerRecord::topic);
    producers.getFirst().errorNext(new TimeoutException("late"));
    assertThat(acknowledged).isEmpty();
    producers.getFirst().completeNext();
    assertThat(acknowledged).hasSize(1);
    assertThat(sent()).hasSize(2);
  }

  private OutgoingOutcome answered() {
    f.demands(true);
    f.start(1, "a");
    f.answer("a", 1);
    return f.reports.getFirst();
  }

  private byte[] serialized(String topic, AttemptOutcome outcome) {
    if (unwritable.test(outcome)) {
      throw new MalformedRecordException("null in a field that takes none");
    }
    return serdes.serializer(AttemptOutcome.class).serialize(topic, outcome);
  }

  private MockProducer<String, byte[]> producer() {
    MockProducer<String, byte[]> producer =
        new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer());
    producers.add(producer);
    return producer;
  }

  private List<ProducerRecord<String, byte[]>> sent() {
    return producers.getLast().history();
  }

  private AttemptOutcome outcome(ProducerRecord<String, byte[]> record) {
    return serdes.deserializer(AttemptOutcome.class).deserialize(record.topic(), record.value());
  }
}
