package io.penstock.streams.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.DeadLetter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class KafkaTransactionsTest {

  private static final TopicPartition RESULTS = DeliveryWorld.RESULTS;

  private final Map<String, Exception> errors = new HashMap<>();
  private final List<Sender> producers = new ArrayList<>();
  private final KafkaTransactions transactions =
      new KafkaTransactions(
          this::open,
          () -> new MockConsumer<byte[], byte[]>("earliest").groupMetadata(),
          letter -> new ProducerRecord<>("dead-letters", new byte[1]));

  @Test
  void copiesLettersAndPositionsAreOneTransaction() {
    assertThat(write("a", "b")).isEmpty();

    assertThat(last().history()).extracting(ProducerRecord::topic).contains("a", "b");
    assertThat(last().consumerGroupOffsetsHistory()).hasSize(1);
    assertThat(last().transactionCommitted()).isTrue();
  }

  @Test
  void aTimeOutBesideACertainErrorIsItsConsequence() {
    errors.put("small", new RecordTooLargeException());
    errors.put("good", new TimeoutException());
    errors.put("dead-letters", new TransactionAbortedException());

    assertThat(write("good", "small"))
        .singleElement()
        .satisfies(each -> assertThat(each.trouble()).isEqualTo(Trouble.TOO_LARGE));
    assertThat(last().transactionAborted()).isTrue();
    errors.clear();
    assertThat(write("good")).isEmpty();
    assertThat(producers).hasSize(1);
  }

  @Test
  void aTopicThatDidNotAnswerCostsTheProducer() {
    errors.put("bad", new NotEnoughReplicasException());
    errors.put("good", new TransactionAbortedException());

    assertThat(write("good", "bad"))
        .singleElement()
        .satisfies(each -> assertThat(each.copy().topic()).isEqualTo("bad"));
    errors.clear();
    assertThat(write("good")).isEmpty();
    assertThat(producers).hasSize(2);
    assertThat(producers.getFirst().closed()).isTrue();
  }

  @Test
  void onlyTheTopicThatMayNotBeWrittenIsBlamed() {
    errors.put("a", new TopicAuthorizationException(Set.of("b")));
    errors.put("b", new TopicAuthorizationException(Set.of("b")));

    assertThat(write("a", "b"))
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.copy().topic()).isEqualTo("b");
              assertThat(each.trouble()).isEqualTo(Trouble.NOT_AUTHORISED);
            });
  }

  @Test
  void whereDeadLettersOrTheProducerFailNoTopicIsBlamed() {
    errors.put("a", new TimeoutException());
    errors.put("dead-letters", new TimeoutException());
    assertThatThrownBy(() -> write("a")).hasMessageContaining("dead letters");

    errors.clear();
    errors.put("a", new ProducerFencedException("another"));
    assertThatThrownBy(() -> write("a")).isInstanceOf(KafkaException.class);
  }

  private List<Transactions.Failed> write(String... topics) {
    List<Copy> copies = new ArrayList<>();
    for (String topic : topics) {
      copies.add(
          new Copy(
              new ConsumerRecord<>(RESULTS.topic(), 0, copies.size(), null, new byte[10]),
              "id",
              "acme",
              topic));
    }
    DeadLetter letter = Letters.of(copies.getFirst(), Trouble.MISSING, null, Instant.EPOCH);
    return transactions.write(
        copies, List.of(letter), Map.of(RESULTS, new OffsetAndMetadata(copies.size())));
  }

  private Sender last() {
    return producers.getLast();
  }

  private Producer<byte[], byte[]> open() {
    Sender sender = new Sender();
    producers.add(sender);
    return sender;
  }

  /** Fails a send as its topic's error says. */
  private final class Sender extends MockProducer<byte[], byte[]> {

    Sender() {
      super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public synchronized Future<RecordMetadata> send(
        ProducerRecord<byte[], byte[]> record, Callback callback) {
      Exception error = errors.get(record.topic());
      if (error == null) {
        return super.send(record, callback);
      }
      callback.onCompletion(null, error);
      return CompletableFuture.failedFuture(error);
    }
  }
}
