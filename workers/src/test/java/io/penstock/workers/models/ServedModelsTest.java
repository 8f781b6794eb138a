package io.penstock.workers.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.topics.ModelPartitions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ServedModelsTest {

  private static final ModelSpec MODEL = model("m", List.of(1, 3), "blue", "active");

  private static final Map<String, ModelSpec> REGISTRY = Map.of("m", MODEL);

  @Test
  void aVariantIsServedFromItsModelsPartitions() {
    ServedModels served = ServedModels.of(List.of("m#blue"), REGISTRY, 4);
    assertThat(served.byPartition()).isEqualTo(Map.of(1, Set.of("m#blue"), 3, Set.of("m#blue")));
    assertThat(served.noVariants()).isEmpty();
  }

  @Test
  void whatWaitsForARetiredOrRemovedVariantIsStillServed() {
    Map<String, ModelSpec> retired = Map.of("m", model("m", List.of(1), "blue", "retired"));
    ServedModels served = ServedModels.of(List.of("m#blue"), retired, 4);
    assertThat(served.byPartition()).isEqualTo(Map.of(1, Set.of("m#blue")));
    assertThat(served.noVariants()).as("and it is said").containsExactly("m#blue");
    ServedModels removed = ServedModels.of(List.of("m#green"), REGISTRY, 4);
    assertThat(removed.byPartition()).isEqualTo(Map.of(1, Set.of("m#green"), 3, Set.of("m#green")));
    assertThat(removed.noVariants()).containsExactly("m#green");
  }

  @Test
  void whatWaitsForARemovedModelIsServedWhereItsNamePutsIt() {
    ServedModels served = ServedModels.of(List.of("x#blue", "m"), REGISTRY, 4);
    assertThat(served.missing()).containsExactly("x#blue");
    assertThat(served.byPartition().get(ModelPartitions.of("x", 4))).contains("x#blue");
  }

  private static ModelSpec model(
      String name, List<Integer> partitions, String variant, String state) {
    return ModelSpec.newBuilder()
        .setName(name)
        .setEndpoints(List.of("/v1/chat/completions"))
        .setContextWindow(4096)
        .setMaxOutputTokens(1024)
        .setPartitions(partitions)
        .setVariants(List.of(ModelVariant.newBuilder().setName(variant).setState(state).build()))
        .setUpdatedAt(Instant.EPOCH)
        .build();
  }
}
