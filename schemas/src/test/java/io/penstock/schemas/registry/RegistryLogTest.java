package io.penstock.schemas.registry;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.serde.AvroSerdes;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class RegistryLogTest {

  @Test
  void aFenceIsKnownAlsoWhereItIsOnlyTheCause() {
    MockProducer<String, byte[]> producer =
        new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
    producer.commitTransactionException =
        new KafkaException("in error state", new ProducerFencedException("fenced off"));
    RegistryLog log =
        new RegistryLog(
            new AvroSerdes(new ClusterConnection("none:1", "mock://registry-log")),
            () -> {
              throw new AssertionError("nothing is read");
            },
            () -> producer);
    assertThatThrownBy(
            () ->
                log.change(
                    changes -> {
                      changes.put("models", "m", null);
                      return "done";
                    }))
        .isInstanceOf(ConcurrentRegistryChangeException.class);
  }
}
