package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PenstockCliTest {

  @TempDir Path home;
  private CliHarness cli;

  @BeforeEach
  void newHarness() {
    cli = new CliHarness(home);
  }

  @Test
  void aWrongOptionIsAUsageErrorThatPointsToHelp() {
    assertThat(cli.run("status", "--colour", "x")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("--colour").contains("See 'penstock status --help'");
    assertThat(cli.out()).isEmpty();
  }

  @Test
  void noCommandIsAUsageError() {
    assertThat(cli.run()).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.run("models")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("list, apply, remove, history, rollback or health");
  }

  @Test
  void anUnreachableClusterIsOneLineAndAnExitCodeOfItsOwn() {
    cli.refusal =
        CliException.unreachable("no Kafka answers at h:1; start one", new Exception("x"));
    assertThat(cli.run("status", "a")).isEqualTo(ExitCodes.UNREACHABLE);
    assertThat(cli.err().lines()).containsExactly("error: no Kafka answers at h:1; start one");
  }

  @Test
  void verboseShowsTheWholeError() {
    cli.refusal = CliException.unreachable("no Kafka", new Exception("the cause"));
    assertThat(cli.run("status", "a", "--verbose")).isEqualTo(ExitCodes.UNREACHABLE);
    assertThat(cli.err()).contains("Caused by").contains("the cause");
  }

  @Test
  void theCompletionScriptKnowsCommandsAndOptions() {
    assertThat(cli.run("completion", "bash")).isZero();
    assertThat(cli.out()).contains("complete").contains("dead-letters").contains("--kafka-config");
  }

  @Test
  void versionIsPrintedAsTextAndJson() {
    assertThat(cli.run("version")).isZero();
    assertThat(cli.out()).startsWith("penstock ");
    assertThat(cli.run("version", "--json")).isZero();
    assertThat(cli.json().getFirst().fieldNames())
        .toIterable()
        .containsExactly("penstock", "kafka", "java");
  }

  @Test
  void anOptionWinsOverTheEnvironmentAndThatOverTheFileAndThatOverTheDefault() throws IOException {
    Path file = home.resolve(".penstock").resolve("cluster.properties");
    assertThat(kafkaOf("status", "a")).isEqualTo(ClusterChoice.DEFAULT_KAFKA);
    new ClusterFile("file:1", "http://file", "p.", 1).write(file);
    assertThat(kafkaOf("status", "a")).isEqualTo("file:1");
    assertThat(cli.asked.registryUrl()).isEqualTo("http://file");
    assertThat(cli.askedNames.prefix()).isEqualTo("p.");
    cli.variables.put("PENSTOCK_KAFKA", "env:1");
    assertThat(kafkaOf("status", "a")).isEqualTo("env:1");
    assertThat(kafkaOf("status", "a", "--kafka", "option:1")).isEqualTo("option:1");
    assertThat(cli.asked.registryUrl()).isEqualTo(ClusterChoice.DEFAULT_REGISTRY);
    assertThat(cli.askedNames.prefix()).isEqualTo("penstock.");
  }

  private String kafkaOf(String... arguments) {
    cli.run(arguments);
    return cli.asked.bootstrapServers();
  }

  @Test
  void credentialsOfTheConfiguredClusterGoToNoOther() throws IOException {
    Path file =
        Files.writeString(
            home.resolve("penstock.yaml"),
            """
            kafka:
              bootstrapServers: configured:1
              settings:
                sasl.jaas.config: secret
            registry:
              url: http://configured
            """);
    assertThat(kafkaOf("status", "a", "--config", file.toString())).isEqualTo("configured:1");
    assertThat(cli.asked.kafka()).containsEntry("sasl.jaas.config", "secret");
    assertThat(kafkaOf("status", "a", "--config", file.toString(), "--kafka", "other:1"))
        .isEqualTo("other:1");
    assertThat(cli.asked.kafka()).isEmpty();
  }

  @Test
  void aKafkaConfigFileIsPassedOnAndAMissingOneIsAUsageError() throws IOException {
    Path file = Files.writeString(home.resolve("k.properties"), "security.protocol=SSL\n");
    cli.run("status", "a", "--kafka-config", file.toString());
    assertThat(cli.asked.kafka()).containsEntry("security.protocol", "SSL");
    assertThat(cli.run("status", "a", "--kafka-config", "/none")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("--kafka-config");
  }

  @Test
  void theEmbeddedKafkaKeepsOneCopyAndUpSaysSo() {
    assertThat(cli.run("up", "--replication", "3")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("--replication needs --kafka");
  }

  @Test
  void aForeignClusterFileIsNotRemoved() throws IOException {
    Path file = home.resolve("cluster.properties");
    new ClusterFile("a:1", "http://a", "p.", 1).write(file);
    new ClusterFile("a:1", "http://a", "p.", 2).remove(file);
    assertThat(file).exists();
    new ClusterFile("a:1", "http://a", "p.", 1).remove(file);
    assertThat(file).doesNotExist();
  }

  @Test
  void aSecondUpDoesNotTakeOverTheFileByWhichOthersFindTheFirst() throws IOException {
    Path file = home.resolve(".penstock").resolve("cluster.properties");
    ClusterFile first = new ClusterFile("first:1", "http://a", "p.", 1);
    try (ClusterClaim one = ClusterClaim.take(file)) {
      one.publish(first);
      try (ClusterClaim two = ClusterClaim.take(file)) {
        assertThat(one.isHeld()).isTrue();
        assertThat(two.isHeld()).isFalse();
      }
      assertThat(ClusterFile.read(file)).contains(first);
    }
    assertThat(file).doesNotExist();
    try (ClusterClaim later = ClusterClaim.take(file)) {
      assertThat(later.isHeld()).isTrue();
    }
  }

  @Test
  void theHomeFolderIsTheOneThatHomeNames() {
    assertThat(Environment.home(Map.of("HOME", "/somewhere"))).isEqualTo(Path.of("/somewhere"));
    assertThat(Environment.home(Map.of())).isEqualTo(Path.of(System.getProperty("user.home")));
    assertThat(Environment.home(Map.of("HOME", ""))).isEqualTo(Environment.home(Map.of()));
  }
}
