package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.compose.kafka.FolderInUseException;
import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.models.ModelPublisher;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PenstockFixture.class)
class PenstockNodeIT {

  @Test
  void isReadyAndSaysSoOverHttp(PenstockNode node) throws Exception {
    assertThat(node.problems()).isEmpty();
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> ready = get(http, node.addresses().operationsUrl() + "/health/ready");
      assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
      assertThat(ready.body())
          .contains("kafka", "registry", "score", "dispatch", "delivery", "control", "worker");
      assertThat(get(http, node.addresses().operationsUrl() + "/metrics").body())
          .contains("jvm_memory_used_bytes");
    }
  }

  @Test
  void hasTheEmbeddingModelUnderItsAlias(PenstockNode node) {
    assertThat(new ModelPublisher(node.connection(), node.topics()).list().resolve("embedding"))
        .hasValueSatisfying(
            model -> assertThat(model.getName()).isEqualTo(NodeConfig.EMBEDDING_MODEL));
  }

  @Test
  void refusesADataFolderInUse(@TempDir Path data) {
    NodeConfig config = NodeConfig.of(data);
    try (PenstockNode _ = new PenstockNode(config)) {
      assertThatThrownBy(() -> new PenstockNode(config))
          .isInstanceOf(FolderInUseException.class)
          .hasMessageContaining(data.toString());
    }
  }

  private static HttpResponse<String> get(HttpClient http, String url) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
  }
}
