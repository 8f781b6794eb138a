package io.penstock.schemas.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.Samples;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ModelPublisherTest {

  private static final String TOPIC = TopicSettings.DEFAULT.names().models();
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

  private final AvroSerdes serdes = new AvroSerdes("mock://model-publisher-test");
  private final List<ConsumerRecord<String, byte[]>> log = new ArrayList<>();
  private boolean fenced;
  private final ModelPublisher publisher =
      new ModelPublisher(
          TopicSettings.DEFAULT,
          serdes.deserializer(ModelSpec.class),
          this::consumer,
          this::producer);

  @Test
  void whatIsAppliedIsListed() {
    ModelSpec mini = Samples.model("mini").setAliases(List.of("m")).build();

    ModelChanges changes = publisher.apply(List.of(mini));

    assertThat(changes).isEqualTo(new ModelChanges(List.of("mini"), List.of(), List.of()));
    assertThat(publisher.list().resolve("m")).contains(mini);
  }

  @Test
  void applyingTheSameAgainWritesNothing() {
    publisher.apply(List.of(Samples.model("mini").build()));
    int written = log.size();

    ModelChanges changes =
        publisher.apply(
            List.of(Samples.model("mini").setUpdatedAt(Samples.NOW.plusSeconds(9)).build()));

    assertThat(changes).isEqualTo(new ModelChanges(List.of(), List.of(), List.of("mini")));
    assertThat(log).hasSize(written);
  }

  @Test
  void applyingChangesOnlyTheModelsGiven() {
    publisher.apply(List.of(Samples.model("a").build(), Samples.model("b").build()));

    ModelChanges changes =
        publisher.apply(
            List.of(Samples.model("b").setQuality(0.5).build(), Samples.model("c").build()));

    assertThat(changes).isEqualTo(new ModelChanges(List.of("c"), List.of("b"), List.of()));
    assertThat(publisher.list().models())
        .extracting(ModelSpec::getName)
        .containsExactly("a", "b", "c");
    assertThat(publisher.list().resolve("b").orElseThrow().getQuality()).contains(0.5);
  }

  @Test
  void theRegistryAsAWholeIsValidatedBeforeAnythingIsWritten() {
    publisher.apply(List.of(Samples.model("a").setAliases(List.of("x")).build()));
    int written = log.size();

    assertThatThrownBy(
            () ->
                publisher.apply(
                    List.of(
                        Samples.model("b").setAliases(List.of("x")).build(),
                        Samples.model("c").setFallbacks(List.of("d")).build(),
                        Samples.model("e").setPartitions(List.of(99)).build())))
        .isInstanceOf(InvalidModelsException.class)
        .hasMessageContainingAll("claimed by models [a, b]", "'d' is no model", "99 is outside");
    assertThat(log).hasSize(written);
  }

  @Test
  void removalLeavesNoDanglingFallback() {
    publisher.apply(
        List.of(
            Samples.model("a").setFallbacks(List.of("b")).build(),
            Samples.model("b").setAliases(List.of("bee")).build()));

    assertThatThrownBy(() -> publisher.remove("b"))
        .isInstanceOf(InvalidModelsException.class)
        .hasMessageContaining("'b' is a fallback of model 'a'");
    assertThatThrownBy(() -> publisher.remove("bee"))
        .isInstanceOf(InvalidModelsException.class)
        .hasMessageContaining("'bee' is an alias of model 'b'");
    assertThat(publisher.remove("nobody")).isFalse();
    assertThat(publisher.list().models()).hasSize(2);

    assertThat(publisher.remove(List.of("b", "a"))).containsExactly("b", "a");
    assertThat(publisher.list().models()).isEmpty();
  }

  @Test
  void anUnreadableRecordDoesNotHideTheOthers() {
    publisher.apply(List.of(Samples.model("a").build()));
    append("bad", "no avro".getBytes(StandardCharsets.UTF_8));
    append(null, null);
    publisher.apply(List.of(Samples.model("b").build()));

    assertThat(publisher.list().models()).extracting(ModelSpec::getName).containsExactly("a", "b");
  }

  @Test
  void aSecondPublisherMakesTheFirstFailWithoutATrace() {
    fenced = true;

    assertThatThrownBy(() -> publisher.apply(List.of(Samples.model("a").build())))
        .isInstanceOf(ConcurrentModelChangeException.class);
    assertThat(publisher.list().models()).isEmpty();
  }

  private void append(@Nullable String key, byte @Nullable [] value) {
    log.add(new ConsumerRecord<>(TOPIC, 0, log.size(), key, value));
  }

  private Consumer<String, byte[]> consumer() {
    MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
    consumer.updatePartitions(TOPIC, List.of(new PartitionInfo(TOPIC, 0, null, null, null)));
    consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
    consumer.updateEndOffsets(Map.of(PARTITION, (long) log.size()));
    List<ConsumerRecord<String, byte[]>> records = List.copyOf(log);
    consumer.schedulePollTask(() -> records.forEach(consumer::addRecord));
    return consumer;
  }

  /** A producer whose committed records reach the log. */
  private Producer<String, @Nullable ModelSpec> producer() {
    var serializer = serdes.serializer(ModelSpec.class);
    return new MockProducer<>(true, null, new StringSerializer(), serializer) {
      @Override
      public void initTransactions() {
        super.initTransactions();
        if (fenced) {
          fenceProducer();
        }
      }

      @Override
      public void commitTransaction() {
        super.commitTransaction();
        for (ProducerRecord<String, ModelSpec> each : history()) {
          append(each.key(), serializer.serialize(TOPIC, each.value()));
        }
        clear();
      }
    };
  }
}
