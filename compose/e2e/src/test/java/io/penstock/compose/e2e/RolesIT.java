package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.node.KafkaSettings;
import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.PenstockNode;
import io.penstock.compose.node.RegistrySettings;
import io.penstock.compose.node.Role;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.client.InferenceRequests;
import io.penstock.schemas.client.PenstockClient;
import io.penstock.schemas.client.PenstockClientConfig;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicNames;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Each part in a node of its own, on a cluster that another node runs, under topics of its own. */
@ExtendWith(PenstockFixture.class)
@Tag(PenstockFixture.EVERY_KAFKA)
class RolesIT {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final TopicNames ALONE = new TopicNames("alone.");
  private static final Set<Role> JOBS =
      EnumSet.of(Role.SCORE, Role.DISPATCH, Role.DELIVERY, Role.CONTROL);

  @Test
  void eachPartRunsAloneAndAllTogetherServeARequest(PenstockNode cluster, @TempDir Path data)
      throws Exception {
    Deque<PenstockNode> nodes = new ArrayDeque<>();
    try {
      for (Role role : Role.values()) {
        PenstockNode node = new PenstockNode(alone(role, cluster, data));
        nodes.push(node);
        node.start();
        node.awaitReady(PATIENCE);
        assertThat(node.end()).as("end of the node of %s", role).isEmpty();
        assertThat(health(node)).as("parts of the node of %s", role).containsOnlyOnce(quoted(role));
        for (Role other : EnumSet.complementOf(EnumSet.of(role))) {
          assertThat(health(node))
              .as("parts of the node of %s", role)
              .doesNotContain(quoted(other));
        }
        assertThat(jobs(node))
            .as("jobs that the node of %s counts", role)
            .isEqualTo(JOBS.contains(role) ? Set.of(role) : Set.of());
      }
      try (PenstockClient client =
          PenstockClient.open(
              PenstockClientConfig.of(cluster.connection(), nodes.element().topics()))) {
        InferenceResult result =
            client
                .submit(InferenceRequests.embedding(NodeConfig.EMBEDDING_MODEL, "apart").build())
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(result.getStatus()).as(result.toString()).isEqualTo(TerminalStatus.SUCCEEDED);
      }
    } finally {
      nodes.forEach(PenstockNode::close);
    }
  }

  /** They share a data folder, in which each keeps its own. */
  private static NodeConfig alone(Role role, PenstockNode cluster, Path data) {
    ClusterConnection connection = cluster.connection();
    return NodeConfig.of(data).toBuilder()
        .kafka(new KafkaSettings(Optional.of(connection.bootstrapServers()), 0, Map.of()))
        .registry(new RegistrySettings(Optional.of(connection.registryUrl()), 0, true))
        .topics(cluster.topics().withNames(ALONE))
        .roles(Set.of(role))
        .build();
  }

  private static String quoted(Role role) {
    return '"' + role.toString() + '"';
  }

  /** The jobs that run there, whatever its roles: each counts its own stalls from its start. */
  private static Set<Role> jobs(PenstockNode node) throws Exception {
    String metrics = get(node, "/metrics");
    Set<Role> running = EnumSet.noneOf(Role.class);
    for (Role role : JOBS) {
      if (metrics.contains("penstock_%s_stalled".formatted(role))) {
        running.add(role);
      }
    }
    return running;
  }

  private static String health(PenstockNode node) throws Exception {
    return get(node, "/health/ready");
  }

  private static String get(PenstockNode node, String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create(node.addresses().operationsUrl() + path)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}
