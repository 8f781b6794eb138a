package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class KafkaChoiceTest {

  @Test
  void eachIsChosenByTheNameThatTheGuideGives() {
    assertThat(KafkaChoice.parse("embedded")).isEqualTo(KafkaChoice.EMBEDDED);
    assertThat(KafkaChoice.parse("container")).isEqualTo(KafkaChoice.CONTAINER);
    assertThat(KafkaChoice.parse("container-cluster")).isEqualTo(KafkaChoice.CONTAINER_CLUSTER);
  }

  @Test
  void anotherNameIsRefusedWithThoseThatThereAre() {
    assertThatThrownBy(() -> KafkaChoice.parse("containers"))
        .hasMessageContaining("-Dpenstock.kafka is 'containers'")
        .hasMessageContaining("embedded, container, container-cluster");
  }

  @Test
  void theEmbeddedOneCanBeHadEverywhere() {
    assertThat(KafkaChoice.EMBEDDED.missing()).isEmpty();
  }
}
