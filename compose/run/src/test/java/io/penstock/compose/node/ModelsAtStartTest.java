package io.penstock.compose.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ModelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsAtStartTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir Path folder;

  @Test
  void onlyScorePublishesModels() throws IOException {
    NodeConfig config = configured();
    for (Role role : Role.values()) {
      List<String> models =
          ModelsAtStart.of(config.toBuilder().roles(Set.of(role)).build(), NOW).stream()
              .map(ModelSpec::getName)
              .toList();
      if (role == Role.SCORE) {
        assertThat(models).contains(NodeConfig.EMBEDDING_MODEL, "mine");
      } else {
        assertThat(models).as(role.toString()).isEmpty();
      }
    }
  }

  private NodeConfig configured() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("models.yaml"),
            """
            models:
              - name: mine
                endpoints: [/v1/completions]
                contextWindow: 4096
                maxOutputTokens: 64
            """);
    return NodeConfig.of(folder).toBuilder()
        .models(file)
        .kafka(new KafkaSettings(Optional.of("k:9092"), 0, Map.of()))
        .registry(new RegistrySettings(Optional.of("http://r"), 0, true))
        .build();
  }
}
