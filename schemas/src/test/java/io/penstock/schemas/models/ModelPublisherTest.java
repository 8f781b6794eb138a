package io.penstock.schemas.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.Samples;
import io.penstock.schemas.registry.ConcurrentRegistryChangeException;
import io.penstock.schemas.registry.InMemoryRegistry;
import io.penstock.schemas.routing.Revision;
import io.penstock.schemas.topics.TopicSettings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelPublisherTest {

  private static final String TOPIC = TopicSettings.DEFAULT.names().models();

  private final InMemoryRegistry registry = new InMemoryRegistry("mock://model-publisher-test");
  private final ModelPublisher publisher =
      new ModelPublisher(TopicSettings.DEFAULT, registry.log(), () -> Samples.NOW);

  @Test
  void whatIsAppliedIsListed() {
    ModelSpec mini = Samples.model("mini").setAliases(List.of("m")).build();

    ModelChanges changes = publisher.apply(List.of(mini));

    assertThat(changes)
        .isEqualTo(new ModelChanges(List.of("mini"), List.of(), List.of(), List.of()));
    assertThat(publisher.list().resolve("m")).contains(mini);
  }

  @Test
  void applyingTheSameAgainWritesNothing() {
    publisher.apply(List.of(Samples.model("mini").build()));
    int written = registry.written();

    ModelChanges changes =
        publisher.apply(
            List.of(Samples.model("mini").setUpdatedAt(Samples.NOW.plusSeconds(9)).build()));

    assertThat(changes)
        .isEqualTo(new ModelChanges(List.of(), List.of(), List.of("mini"), List.of()));
    assertThat(registry.written()).isEqualTo(written);
  }

  @Test
  void applyingChangesOnlyTheModelsGiven() {
    publisher.apply(List.of(Samples.model("a").build(), Samples.model("b").build()));

    ModelChanges changes =
        publisher.apply(
            List.of(Samples.model("b").setQuality(0.5).build(), Samples.model("c").build()));

    assertThat(changes)
        .isEqualTo(new ModelChanges(List.of("c"), List.of("b"), List.of(), List.of()));
    assertThat(publisher.list().models())
        .extracting(ModelSpec::getName)
        .containsExactly("a", "b", "c");
    assertThat(publisher.list().resolve("b").orElseThrow().getQuality()).contains(0.5);
  }

  @Test
  void theRegistryAsAWholeIsValidatedBeforeAnythingIsWritten() {
    publisher.apply(List.of(Samples.model("a").setAliases(List.of("x")).build()));
    int written = registry.written();

    assertThatThrownBy(
            () ->
                publisher.apply(
                    List.of(
                        Samples.model("b").setAliases(List.of("x")).build(),
                        Samples.model("c").setFallbacks(List.of("d")).build(),
                        Samples.model("e").setPartitions(List.of(99)).build())))
        .isInstanceOf(InvalidModelsException.class)
        .hasMessageContainingAll("claimed by models [a, b]", "'d' is no model", "99 is outside");
    assertThat(registry.written()).isEqualTo(written);
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
    registry.append(TOPIC, "bad", "no avro".getBytes(StandardCharsets.UTF_8));
    registry.append(TOPIC, null, null);
    publisher.apply(List.of(Samples.model("b").build()));

    assertThat(publisher.list().models()).extracting(ModelSpec::getName).containsExactly("a", "b");
  }

  @Test
  void aSecondPublisherMakesTheFirstFailWithoutATrace() {
    registry.fence();

    assertThatThrownBy(() -> publisher.apply(List.of(Samples.model("a").build())))
        .isInstanceOf(ConcurrentRegistryChangeException.class);
    assertThat(publisher.list().models()).isEmpty();
  }

  @Test
  void everyChangeLeavesARevisionWhoseModelsReadBackTheSame() {
    publisher.apply(List.of(Samples.model("a").setQuality(0.4).build()));
    publisher.apply(List.of(Samples.model("a").setQuality(0.4).build()));
    publisher.apply(List.of(Samples.model("b").build()));
    publisher.remove("a");

    List<Revision> history = publisher.history();
    assertThat(history).extracting(Revision::name).containsExactly("3", "2", "1");
    assertThat(history)
        .extracting(Revision::summary)
        .containsExactly("removed a", "added b", "added a");
    assertThat(ModelFile.parse("r.json", history.getLast().models(), 4, Samples.NOW))
        .containsExactly(Samples.model("a").setQuality(0.4).setUpdatedAt(Samples.NOW).build());
  }

  @Test
  void aRollbackMakesTheRegistryWhatItWasAndIsARevisionItself() {
    publisher.apply(List.of(Samples.model("a").setQuality(0.4).build()));
    publisher.apply(
        List.of(Samples.model("a").setQuality(0.9).build(), Samples.model("b").build()));

    ModelChanges changes = publisher.rollback("1");

    assertThat(changes.updated()).containsExactly("a");
    assertThat(changes.removed()).containsExactly("b");
    assertThat(publisher.list().models()).hasSize(1);
    assertThat(publisher.list().resolve("a").orElseThrow().getQuality()).contains(0.4);
    assertThat(publisher.history().getFirst().summary())
        .isEqualTo("rolled back to 1: updated a; removed b");
  }

  @Test
  void aRevisionThatIsNotKeptChangesNothing() {
    publisher.apply(List.of(Samples.model("a").build()));
    int written = registry.written();

    assertThatThrownBy(() -> publisher.rollback("7"))
        .isInstanceOf(InvalidModelsException.class)
        .hasMessageContaining("'penstock models history'");
    assertThat(registry.written()).isEqualTo(written);
  }

  @Test
  void onlyTheLastRevisionsAreKept() {
    for (int i = 0; i < ModelPublisher.REVISIONS_KEPT + 5; i++) {
      publisher.apply(List.of(Samples.model("a").setQuality(i / 100.0).build()));
    }

    assertThat(publisher.history()).hasSize(ModelPublisher.REVISIONS_KEPT);
    assertThat(publisher.history().getFirst().name()).isEqualTo("55");
  }
}
