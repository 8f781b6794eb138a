package io.penstock.compose.e2e;

import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.models.Endpoint;
import io.penstock.schemas.models.ModelPublisher;
import java.time.Instant;
import java.util.List;

/** Models that tests serve with workers of their own. */
public final class TestModels {

  private TestModels() {}

  /** Registers a model of text completion. */
  static void register(PenstockNode node, String name) throws InterruptedException {
    register(node, name, Endpoint.COMPLETIONS);
  }

  /** Registers a model that serves this endpoint. */
  public static void register(PenstockNode node, String name, Endpoint endpoint)
      throws InterruptedException {
    new ModelPublisher(node.connection(), node.topics())
        .apply(
            List.of(
                ModelSpec.newBuilder()
                    .setName(name)
                    .setEndpoints(List.of(endpoint.path()))
                    .setContextWindow(8192)
                    .setMaxOutputTokens(1024)
                    .setUpdatedAt(Instant.now())
                    .build()));
  }
}
