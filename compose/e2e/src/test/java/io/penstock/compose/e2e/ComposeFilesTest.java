package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.schemas.topics.TopicSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.utils.AppInfoParser;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What the compose files repeat of the build, and what their parts must not do without. */
class ComposeFilesTest {

  private static final Path COMPOSE = Path.of("..");
  private static final Pattern APICURIO =
      Pattern.compile("<apicurio.version>(.*)</apicurio.version>");

  @ParameterizedTest
  @ValueSource(strings = {"compose.yaml", "compose.cluster.yaml"})
  void theImagesAreOfTheVersionsThatTheBuildTests(String file) throws IOException {
    Matcher apicurio = APICURIO.matcher(Files.readString(COMPOSE.resolve("../pom.xml")));
    assertThat(apicurio.find()).isTrue();

    Set<String> images = new HashSet<>();
    services(file).forEach(service -> images.add(service.path("image").asText()));

    assertThat(images)
        .contains(
            "${KAFKA_IMAGE:-apache/kafka:%s}".formatted(AppInfoParser.getVersion()),
            "${REGISTRY_IMAGE:-apicurio/apicurio-registry:%s}".formatted(apicurio.group(1)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"compose.yaml", "compose.cluster.yaml"})
  void everyPartOfPenstockIsConfined(String file) throws IOException {
    List<JsonNode> parts =
        StreamSupport.stream(services(file).spliterator(), false)
            .filter(each -> each.path("image").asText().contains("PENSTOCK"))
            .toList();

    assertThat(parts).hasSizeGreaterThanOrEqualTo(4);
    for (JsonNode part : parts) {
      assertThat(part.path("read_only").asBoolean()).as(part.toString()).isTrue();
      assertThat(part.path("cap_drop").toString()).isEqualTo("[\"ALL\"]");
      assertThat(part.path("security_opt").toString()).contains("no-new-privileges:true");
      assertThat(part.path("stop_grace_period").asText()).isEqualTo("75s");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"compose.yaml", "compose.cluster.yaml"})
  void everythingIsOfferedToThisMachineOnly(String file) throws IOException {
    for (JsonNode service : services(file)) {
      for (JsonNode port : service.path("ports")) {
        assertThat(port.asText()).startsWith("127.0.0.1:");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"message.max.bytes", "replica.fetch.max.bytes"})
  void brokersTakeADeadLetterOfTheLargestRequest(String setting) throws IOException {
    String variable = "KAFKA_" + setting.replace('.', '_').toUpperCase(Locale.ROOT);
    String line =
        Files.readAllLines(COMPOSE.resolve("docker/kafka/broker.env")).stream()
            .filter(each -> each.startsWith(variable + "="))
            .findFirst()
            .orElseThrow();
    assertThat(Integer.parseInt(line.substring(line.indexOf('=') + 1)))
        .isEqualTo(2 * TopicSettings.DEFAULT.maxRequestBytes() + 2 * 1024 * 1024);
  }

  /** SnakeYAML resolves merged keys; Jackson does not. */
  private static JsonNode services(String file) throws IOException {
    Object all =
        new Yaml(new SafeConstructor(new LoaderOptions()))
            .load(Files.readString(COMPOSE.resolve(file)));
    return new ObjectMapper().valueToTree(all).path("services");
  }
}
