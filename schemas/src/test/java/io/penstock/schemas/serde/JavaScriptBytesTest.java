package io.penstock.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ServiceClass;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A record that Confluent's JavaScript client wrote; see resources/javascript/README.md. */
class JavaScriptBytesTest {

  private static final String SCOPE = "javascript-bytes-test";
  private static final String TOPIC = "penstock.requests.batch";
  private static final Path RESOURCES = Path.of("src/test/resources");

  @AfterEach
  void forgetSchemas() {
    MockSchemaRegistry.dropScope(SCOPE);
  }

  @Test
  void aRequestWrittenInJavaScriptIsRead() throws Exception {
    registerAsJavaScriptDid();
    byte[] bytes = Files.readAllBytes(RESOURCES.resolve("javascript/request.bin"));

    InferenceRequest request =
        new AvroSerdes("mock://" + SCOPE)
            .deserializer(InferenceRequest.class)
            .deserialize(TOPIC, bytes);

    assertThat(request.getId()).isEqualTo("from-javascript");
    assertThat(request.getTenant()).isEqualTo("acme");
    assertThat(request.getServiceClass()).contains(ServiceClass.BATCH);
    assertThat(request.getDeadline()).contains(Instant.parse("2026-12-01T00:00:00Z"));
    assertThat(request.getRouting().flatMap(RoutingPreferences::getMaxPrice)).contains(0.25);
    assertThat(request.getReplyTopic()).isEmpty();
    assertThat(request.getBatchId()).contains("batch-1");
    assertThat(request.getAttributes()).containsEntry("source", "node");
    assertThat(StandardCharsets.UTF_8.decode(request.getBody()).toString())
        .isEqualTo("{\"model\":\"all-minilm-l6-v2\",\"input\":\"Grüße aus JavaScript\"}");
  }

  /** The mock registry counts ids from 1, as the JavaScript one does. */
  private static void registerAsJavaScriptDid() throws Exception {
    int id =
        MockSchemaRegistry.getClientForScope(SCOPE)
            .register(TOPIC + "-value", new AvroSchema(written()));
    assertThat(id).isEqualTo(1);
  }

  private static String written() throws IOException {
    return Files.readString(RESOURCES.resolve("compatibility/v1/InferenceRequest.avsc"));
  }
}
