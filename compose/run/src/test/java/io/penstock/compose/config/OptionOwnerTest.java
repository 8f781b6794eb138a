package io.penstock.compose.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.config.ConfigSources.Given;
import io.penstock.compose.node.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Options belong to the name that they were written beside. */
class OptionOwnerTest {

  private static final NodeConfig USUAL = NodeConfig.of(Path.of("/var/lib/penstock"));
  private static final String ENGINE =
      """
      engine:
        kind: openai
        options:
          base-url: http://127.0.0.1:8000
      """;

  @TempDir Path folder;

  @Test
  void optionsOfTheFileDoNotReachAnotherEngine() throws IOException {
    Configuration read =
        read(ENGINE, Map.of(), "engine.kind=embedding", "engine.options.threads=2");
    assertThat(read.node().engine().options()).containsOnly(Map.entry("threads", "2"));
    assertThat(read.effective()).noneMatch(each -> each.key().contains("base-url"));
  }

  @Test
  void optionsStayWhenALaterSourceNamesTheSameEngineOrNone() throws IOException {
    for (String set : List.of("engine.kind=openai", "engine.options.metrics=vllm")) {
      assertThat(read(ENGINE, Map.of(), set).node().engine().options()).containsKey("base-url");
    }
  }

  /** As written, whichever entry of the name came last. */
  @Test
  void anOptionThatAnotherEngineOverwroteIsThereAgainWithItsOwn() throws IOException {
    Configuration read =
        read(
            ENGINE,
            Map.of(
                "PENSTOCK_ENGINE_KIND", "mine",
                "PENSTOCK_ENGINE_OPTIONS", "{base-url: http://mine}"),
            "engine.kind=openai");
    assertThat(read.node().engine().options())
        .containsOnly(Map.entry("base-url", "http://127.0.0.1:8000"));
  }

  @Test
  void optionsOfAPolicyBelongToItsNameAlsoIfThatIsTheDefault() throws IOException {
    String margin =
        """
        dispatch:
          shard:
            rank:
              options: {margin: 100ms}
        """;
    assertThat(read(margin, Map.of()).node().dispatch().shard().rank().options())
        .containsKey("margin");
    assertThat(
            read(margin, Map.of(), "dispatch.shard.rank.name=mine")
                .node()
                .dispatch()
                .shard()
                .rank()
                .options())
        .isEmpty();
  }

  @Test
  void optionsOfAVariableWithoutANameSuitWhicheverNameIsChosen() {
    assertThat(
            read(
                    Optional.empty(),
                    Map.of("PENSTOCK_ENGINE_OPTIONS", "{base-url: http://x}"),
                    "engine.kind=openai")
                .node()
                .engine()
                .options())
        .containsKey("base-url");
    assertThat(
            read(
                    Optional.empty(),
                    Map.of("PENSTOCK_KAFKA_SETTINGS", "{security.protocol: SSL}"),
                    "kafka.bootstrapServers=k:9092",
                    "registry.url=http://r")
                .node()
                .kafka()
                .settings())
        .containsKey("security.protocol");
  }

  @Test
  void theCredentialsOfAClusterDoNotReachAnother() throws IOException {
    String cluster =
        """
        kafka:
          bootstrapServers: k:9092
          settings: {sasl.jaas.config: hush}
        registry:
          url: http://r
        """;
    assertThat(read(cluster, Map.of()).node().kafka().settings()).hasSize(1);
    assertThat(read(cluster, Map.of(), "kafka.bootstrapServers=k:9092").node().kafka().settings())
        .hasSize(1);
    assertThat(read(cluster, Map.of(), "kafka.bootstrapServers=o:9092").node().kafka().settings())
        .isEmpty();
    assertThat(
            read(cluster, Map.of("PENSTOCK_KAFKA_BOOTSTRAP_SERVERS", "o:9092"))
                .node()
                .kafka()
                .settings())
        .isEmpty();
  }

  @Test
  void credentialsOfAFileWithoutAClusterBelongToTheFirstOneThatIsNamed() throws IOException {
    String credentials = "kafka: {settings: {sasl.jaas.config: hush}}\nregistry: {url: http://r}\n";
    Map<String, String> prod = Map.of("PENSTOCK_KAFKA_BOOTSTRAP_SERVERS", "prod:9092");
    assertThat(read(credentials, prod).node().kafka().settings()).hasSize(1);
    assertThat(
            read(credentials, Map.of(), "kafka.bootstrapServers=prod:9092")
                .node()
                .kafka()
                .settings())
        .hasSize(1);
    assertThat(
            read(credentials, prod, "kafka.bootstrapServers=test:9092").node().kafka().settings())
        .isEmpty();
  }

  @Test
  void whatIsLeftOutIsNamedWithItsLineAndTheReasonAndWithoutItsValue() throws IOException {
    String cluster =
        """
        kafka:
          bootstrapServers: k1:9092,k2:9092
          settings:
            sasl.jaas.config: hush
        registry: {url: http://r}
        """;
    assertThat(read(cluster, Map.of()).leftOut()).isEmpty();
    assertThat(read(cluster, Map.of(), "kafka.bootstrapServers=k1:9092").leftOut())
        .singleElement()
        .asString()
        .contains("penstock.yaml:4: kafka.settings.sasl.jaas.config is left out")
        .contains("kafka.bootstrapServers=k1:9092,k2:9092", "--set sets k1:9092")
        .doesNotContain("hush");
  }

  private Configuration read(String text, Map<String, String> variables, String... sets)
      throws IOException {
    Path file = Files.writeString(folder.resolve("penstock.yaml"), text);
    return read(Optional.of(file), variables, sets);
  }

  private static Configuration read(
      Optional<Path> file, Map<String, String> variables, String... sets) {
    List<Given> given = new ArrayList<>();
    for (String set : sets) {
      String[] parts = set.split("=", 2);
      given.add(new Given(parts[0], parts[1], new Origin.Option("--set")));
    }
    return Configuration.read(new ConfigSources(file, variables, given), USUAL);
  }
}
