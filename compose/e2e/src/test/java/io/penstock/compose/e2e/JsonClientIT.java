package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.ServiceClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A Kafka client that knows neither Avro nor the registry: strings in, strings out. */
@ExtendWith(PenstockFixture.class)
class JsonClientIT {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void everyRequestAsJsonHasOneResultAsJson(PenstockNode node) throws Exception {
    String requests = node.topics().names().requests(ServiceClass.INTERACTIVE);
    String envelope =
        """
        {"id":"json-envelope","tenant":"json","endpoint":"/v1/embeddings","model":"%s",
         "body":{"input":"a penstock"}}\
        """
            .formatted(NodeConfig.EMBEDDING_MODEL);
    String bare =
        "{\"model\":\"%s\",\"input\":\"a turbine\"}".formatted(NodeConfig.EMBEDDING_MODEL);
    String faulty = "{\"endpoint\":\"/v1/embeddings\",\"modle\":\"x\",\"body\":{\"input\":\"y\"}}";
    String nameless;
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            node.connection().with(Map.of()), new StringSerializer(), new StringSerializer())) {
      send(producer, record(requests, "json-envelope", envelope));
      ProducerRecord<String, String> withHeaders = record(requests, "json-bare", bare);
      withHeaders.headers().add("penstock-endpoint", bytes("/v1/embeddings"));
      withHeaders.headers().add("penstock-deadline", bytes("30s"));
      send(producer, withHeaders);
      send(producer, record(requests, "json-faulty", faulty));
      var place =
          producer
              .send(record(requests, null, envelope.replace("\"id\":\"json-envelope\",", "")))
              .get(30, TimeUnit.SECONDS);
      nameless = "interactive-%d-%d".formatted(place.partition(), place.offset());
    }
    Map<String, List<JsonNode>> results;
    try (ResultsLog<JsonNode> log =
        new ResultsLog<>(
            node.connection(), node.topics().names().resultsJson(), JsonClientIT::json)) {
      results = log.await(List.of("json-envelope", "json-bare", "json-faulty", nameless), PATIENCE);
    }
    assertThat(results.values()).allMatch(each -> each.size() == 1);
    for (String id : List.of("json-envelope", "json-bare", nameless)) {
      JsonNode result = results.get(id).getFirst();
      assertThat(result.at("/status").asText()).as(result.toString()).isEqualTo("SUCCEEDED");
      assertThat(result.at("/body/data/0/embedding").size()).isEqualTo(384);
    }
    JsonNode refused = results.get("json-faulty").getFirst();
    assertThat(refused.at("/status").asText()).isEqualTo("FAILED");
    assertThat(refused.at("/error/message").asText()).contains("modle", "model");
  }

  private static ProducerRecord<String, String> record(
      String topic, @Nullable String key, String value) {
    return new ProducerRecord<>(topic, key, value);
  }

  private static void send(
      KafkaProducer<String, String> producer, ProducerRecord<String, String> record)
      throws Exception {
    producer.send(record).get(30, TimeUnit.SECONDS);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static JsonNode json(String topic, byte[] value) {
    try {
      return JSON.readTree(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
