package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.client.InferenceRequests;
import io.penstock.schemas.client.PenstockClient;
import io.penstock.schemas.client.PenstockClientConfig;
import io.penstock.schemas.serde.AvroSerdes;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A record made to end whoever reads it, on real parts. */
@ExtendWith(PenstockFixture.class)
class PoisonIT {

  private static final int DEEP = 200_000;

  private final ObjectMapper json = new ObjectMapper();

  @Test
  void aRecordNestedBeyondTheStackHarmsNobodyElse(PenstockNode node) throws Exception {
    String topic = node.topics().names().requests(ServiceClass.BATCH);
    InferenceRequest poison = embedding().setId("poison-1").build();
    try (HttpClient http = HttpClient.newHttpClient();
        PenstockClient client =
            PenstockClient.open(PenstockClientConfig.of(node.connection(), node.topics()))) {
      int schema = register(http, node.connection().registryUrl(), topic + "-value");
      send(node, topic, "poison-1", deep(node, topic, poison, schema));

      InferenceResult next = client.submit(embedding().build()).get(60, TimeUnit.SECONDS);

      assertThat(next.getStatus()).as(next.toString()).isEqualTo(TerminalStatus.SUCCEEDED);
      String operations = node.addresses().operationsUrl();
      HttpResponse<String> ready = get(http, operations + "/health/ready");
      assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
      assertThat(get(http, operations + "/metrics").body().lines())
          .contains(
              "penstock_score_thread_failures_total{class=\"batch\"} 0.0",
              "penstock_dispatch_thread_failures_total 0.0",
              "penstock_score_stalled{class=\"batch\"} 0.0",
              "penstock_dispatch_stalled 0.0",
              "penstock_control_stalled 0.0",
              "penstock_delivery_stalled 0.0");
    }
  }

  private static InferenceRequest.Builder embedding() {
    return InferenceRequests.embedding("embedding", "after the poison")
        .setServiceClass(ServiceClass.BATCH);
  }

  /** The schema of requests with one more field, whose type holds itself. */
  private int register(HttpClient http, String registry, String subject) throws Exception {
    ObjectNode schema = (ObjectNode) json.readTree(InferenceRequest.getClassSchema().toString());
    ((ArrayNode) schema.get("fields"))
        .add(
            json.readTree(
                """
                {"name": "later", "default": null, "type": ["null", {"type": "record",
                 "name": "Node", "fields": [{"name": "next", "type": ["null", "Node"]}]}]}
                """));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(registry + "/subjects/" + subject + "/versions"))
            .header("Content-Type", "application/json")
            .POST(
                BodyPublishers.ofString(
                    json.createObjectNode().put("schema", schema.toString()).toString()))
            .build();
    HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return json.readTree(answer.body()).get("id").asInt();
  }

  private static byte[] deep(
      PenstockNode node, String topic, InferenceRequest request, int schema) {
    byte[] known =
        new AvroSerdes(node.connection())
            .serializer(InferenceRequest.class)
            .serialize(topic, request);
    byte[] nested = new byte[DEEP + 1];
    Arrays.fill(nested, 0, DEEP, (byte) 2);
    return ByteBuffer.allocate(known.length + nested.length)
        .put((byte) 0)
        .putInt(schema)
        .put(known, 5, known.length - 5)
        .put(nested)
        .array();
  }

  private static void send(PenstockNode node, String topic, String id, byte[] value)
      throws Exception {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(
            node.connection().with(Map.of()), new StringSerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, id, value)).get(30, TimeUnit.SECONDS);
    }
  }

  private static HttpResponse<String> get(HttpClient http, String url) throws Exception {
    return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
  }
}
