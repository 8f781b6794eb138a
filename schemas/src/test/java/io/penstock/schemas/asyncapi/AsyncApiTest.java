package io.penstock.schemas.asyncapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.topics.TopicCatalog;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.schemas.topics.TopicSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The description for other languages says what the code does. */
class AsyncApiTest {

  private static final Path FILE = Path.of("src/main/resources/asyncapi.yaml");
  private static final TopicCatalog CATALOG = new TopicCatalog(TopicSettings.DEFAULT);

  private static JsonNode document;

  @BeforeAll
  static void read() throws IOException {
    document = new ObjectMapper(new YAMLFactory()).readTree(Files.readString(FILE));
  }

  @Test
  void itDescribesExactlyTheTopicsThatExist() {
    assertThat(document.path("asyncapi").asText()).startsWith("3.");
    assertThat(channels().keySet())
        .containsExactlyInAnyOrderElementsOf(
            CATALOG.topics().stream().map(TopicSpec::name).toList());
  }

  @Test
  void eachTopicHasTheValueAndKeyOfTheCatalog() {
    for (TopicSpec topic : CATALOG.topics()) {
      String value = topic.value().getSimpleName() + (topic.json() ? "Json" : "");
      JsonNode message = channels().get(topic.name()).path("messages").path(value);
      assertThat(message.path("$ref").asText())
          .as(topic.name())
          .isEqualTo("#/components/messages/" + value);
      JsonNode key =
          resolve(resolve(message.path("$ref").asText()).at("/bindings/kafka/key/$ref").asText());
      assertThat(key.path("type").asText()).as(topic.name()).isEqualTo("string");
    }
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    assertThat(document.findValuesAsText("$ref"))
        .isNotEmpty()
        .allSatisfy(
            reference -> {
              if (reference.startsWith("#")) {
                assertThat(resolve(reference).isMissingNode()).as(reference).isFalse();
              } else {
                assertThat(FILE.resolveSibling(reference)).exists();
              }
            });
    assertThat(document.findValuesAsText("$ref").stream().filter(each -> each.endsWith(".avsc")))
        .containsExactlyInAnyOrderElementsOf(
            CATALOG.topics().stream()
                .map(topic -> "../avro/" + topic.value().getSimpleName() + ".avsc")
                .distinct()
                .toList());
  }

  @Test
  void requestsMayBeJsonWithTheFieldsOfTheSchema() {
    for (ServiceClass serviceClass : ServiceClass.values()) {
      String topic = TopicSettings.DEFAULT.names().requests(serviceClass);
      assertThat(channels().get(topic).at("/messages/InferenceRequestJson/$ref").asText())
          .isEqualTo("#/components/messages/InferenceRequestJson");
    }
    assertThat(document.at("/components/schemas/InferenceRequestJson/properties").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrderElementsOf(
            InferenceRequest.getClassSchema().getFields().stream()
                .map(Schema.Field::name)
                .toList());
    assertThat(document.at("/components/schemas/InferenceResultJson/properties").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrderElementsOf(
            InferenceResult.getClassSchema().getFields().stream().map(Schema.Field::name).toList());
  }

  private static Map<String, JsonNode> channels() {
    Map<String, JsonNode> byAddress = new HashMap<>();
    document
        .path("channels")
        .forEach(channel -> byAddress.put(channel.path("address").asText(), channel));
    return byAddress;
  }

  private static JsonNode resolve(String reference) {
    return document.at(reference.substring(1));
  }
}
