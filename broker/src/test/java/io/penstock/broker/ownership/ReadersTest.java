package io.penstock.broker.ownership;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.errors.KafkaUnavailableException;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicSettings;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class ReadersTest {

  @Test
  void aFailureOfKafkaIsTranslatedAndADamagedRecordIsNot() {
    HomeTopics homes =
        new HomeTopics(
            new ClusterConnection("127.0.0.1:1", "mock://readers"), TopicSettings.DEFAULT);
    try (Readers readers = new Readers(homes, "readers-test", 1)) {
      TimeoutException late = new TimeoutException("late");
      SerializationException damaged = new SerializationException("damaged");

      assertThatThrownBy(() -> read(readers, late))
          .isInstanceOf(KafkaUnavailableException.class)
          .hasCause(late);
      assertThatThrownBy(() -> read(readers, damaged)).isSameAs(damaged);
    }
  }

  private static void read(Readers readers, RuntimeException failure) throws InterruptedException {
    readers.<String>read(
        _ -> {
          throw failure;
        });
  }
}
