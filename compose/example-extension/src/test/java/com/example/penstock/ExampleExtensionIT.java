package com.example.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.config.ConfigSources;
import io.penstock.compose.config.Configuration;
import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.client.InferenceRequests;
import io.penstock.schemas.client.PenstockClient;
import io.penstock.schemas.client.PenstockClientConfig;
import io.penstock.streams.dispatch.shard.ShardRules;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that finds the rank and the engine by the names in its configuration file. */
class ExampleExtensionIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  void aNodeRunsTheRankAndTheEngineThatItsFileNames() throws Exception {
    NodeConfig config = configured();
    assertThat(ShardRules.of(config.dispatch().shard()).rank())
        .isEqualTo(new OldestFirst(Duration.ofMinutes(5)));
    try (PenstockNode node = new PenstockNode(config)) {
      node.start();
      node.awaitReady(PATIENCE);
      try (PenstockClient client =
          PenstockClient.open(PenstockClientConfig.of(node.connection(), node.topics()))) {
        InferenceResult result =
            client
                .submit(InferenceRequests.completion("counter", "count").build())
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(result.getStatus()).as(result.toString()).isEqualTo(TerminalStatus.SUCCEEDED);
        assertThat(StandardCharsets.UTF_8.decode(result.getBody().orElseThrow()).toString())
            .contains("1 2 3");
      }
    }
  }

  private NodeConfig configured() throws IOException {
    Path models =
        Files.writeString(
            folder.resolve("models.yaml"),
            """
            models:
              - name: counter
                endpoints: [/v1/completions]
                contextWindow: 4096
                maxOutputTokens: 64
            """);
    Path file =
        Files.writeString(
            folder.resolve("penstock.yaml"),
            """
            models: %s
            dispatch:
              shard:
                rank:
                  name: oldest-first
                  options:
                    batch-handicap: 5m
            worker:
              models: [counter]
            engine:
              kind: counting
              options:
                per-token: 1ms
            """
                .formatted(models));
    return Configuration.read(
            new ConfigSources(Optional.of(file), Map.of(), List.of()),
            NodeConfig.of(folder.resolve("data")))
        .node();
  }
}
