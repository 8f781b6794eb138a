package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {

  @TempDir Path home;
  private Path file;
  private CliHarness cli;

  @BeforeEach
  void newHarness() {
    cli = new CliHarness(home);
    file = home.resolve("penstock.yaml");
  }

  @Test
  void initWritesWhatCheckAcceptsAndOverwritesOnlyWhenForced() throws IOException {
    assertThat(run("config", "init", "--config", file)).isZero();
    assertThat(run("config", "check", "--config", file)).isZero();
    Files.writeString(file, "topics:\n");
    assertThat(run("config", "init", "--config", file)).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("is there already", "--force");
    assertThat(file).hasContent("topics:\n");
    assertThat(run("config", "init", "--config", file, "--force")).isZero();
    assertThat(Files.readString(file)).contains("#modelPartitions: 4");
  }

  @Test
  void showSaysWhatIsInForceAndWhereItCameFrom() throws IOException {
    Files.writeString(file, "topics:\n  modelPartitions: 8\n");
    cli.variables.put("PENSTOCK_CONFIG", file.toString());
    cli.variables.put("PENSTOCK_DISPATCH_SHARD_LEASE_TIMEOUT", "4s");
    assertThat(run("config", "show", "--json", "--set", "dispatch.threads=2")).isZero();
    assertThat(cli.out())
        .contains(
            "{\"key\":\"topics.modelPartitions\",\"value\":\"8\",\"from\":\"%s:2\"}"
                .formatted(file))
        .contains(
            "{\"key\":\"dispatch.shard.leaseTimeout\",\"value\":\"4s\",\"from\":\"$PENSTOCK_DISPATCH_SHARD_LEASE_TIMEOUT\"}")
        .contains(
            "{\"key\":\"worker.timing.leaseTimeout\",\"value\":\"4s\",\"from\":\"as"
                + " dispatch.shard.leaseTimeout\"}")
        .contains("\"from\":\"--set dispatch.threads\"")
        .contains("{\"key\":\"kafka.port\",\"value\":\"9092\",\"from\":\"default\"}");
    assertThat(run("config", "show", "--changed", "topics")).isZero();
    assertThat(cli.out()).contains("topics.modelPartitions").doesNotContain("otherPartitions");
  }

  @Test
  void theFileInTheDataFolderIsFound() throws IOException {
    Path data = Files.createDirectories(home.resolve(".penstock"));
    Files.writeString(data.resolve("penstock.yaml"), "topics:\n  modelPartitions: 8\n");
    assertThat(run("config", "show", "topics.modelPartitions")).isZero();
    assertThat(cli.out()).contains("penstock.yaml:2");
    Files.writeString(data.resolve("penstock.yaml"), "data: elsewhere\n");
    assertThat(run("config", "check")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("penstock.yaml:1", "data cannot be set", "--config");
  }

  @Test
  void checkFindsPoliciesAndEnginesThatAreNotThere() throws IOException {
    Files.writeString(
        file,
        """
        dispatch:
          shard:
            rank:
              name: slak
        engine:
          options:
            thread: 2
        """);
    assertThat(run("config", "check", "--config", file)).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err())
        .contains("penstock.yaml:4: dispatch.shard.rank is 'slak'; it must be one of: slack")
        .contains("penstock.yaml:7: engine embedding has no option thread");
  }

  @Test
  void aStartWithAFaultEndsBeforeAnythingStarts() throws IOException {
    Files.writeString(file, "topics:\n  modelPartitons: 8\n");
    for (String command : new String[] {"up", "worker", "status"}) {
      assertThat(run(command, "--config", file, command.equals("status") ? "id" : "--json"))
          .isEqualTo(ExitCodes.USAGE);
      assertThat(cli.err()).contains("penstock.yaml:2", "did you mean topics.modelPartitions?");
    }
    assertThat(run("up", "--roles", "worker")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("--roles: ", "--bootstrap-servers");
    assertThat(run("up", "--kafka", "k:9092", "--no-worker", "--roles", "worker"))
        .isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("registry.url");
  }

  @Test
  void otherCommandsFindTheClusterByTheFile() throws IOException {
    Files.writeString(
        file,
        """
        topics:
          names: {prefix: other.}
        kafka:
          bootstrapServers: k:9092
          settings: {client.rack: a}
        registry:
          url: http://r:8081
        """);
    run("status", "--config", file, "id");
    assertThat(cli.asked.bootstrapServers()).isEqualTo("k:9092");
    assertThat(cli.asked.registryUrl()).isEqualTo("http://r:8081");
    assertThat(cli.asked.kafka()).containsEntry("client.rack", "a");
    assertThat(cli.askedNames.prefix()).isEqualTo("other.");
    cli.variables.put("PENSTOCK_KAFKA", "v:9092");
    run("status", "--config", file, "id");
    assertThat(cli.asked.bootstrapServers()).isEqualTo("v:9092");
    run("status", "--config", file, "--kafka", "o:9092", "id");
    assertThat(cli.asked.bootstrapServers()).isEqualTo("o:9092");
  }

  @Test
  void entriesOfAnotherClusterAreLeftOutWithOneWarningByEveryCommand() throws IOException {
    Files.writeString(
        file,
        """
        kafka:
          bootstrapServers: k1:9092,k2:9092
          settings:
            sasl.jaas.config: hush
        registry: {url: http://r}
        """);
    String warning = "penstock.yaml:4: kafka.settings.sasl.jaas.config is left out";
    cli.variables.put("PENSTOCK_KAFKA_BOOTSTRAP_SERVERS", "k1:9092");
    for (String command : List.of("config show", "config check", "status x")) {
      List<Object> line = new ArrayList<>(List.of(command.split(" ")));
      line.addAll(List.of("--config", file));
      run(line.toArray());
      assertThat(cli.err()).as(command).containsOnlyOnce(warning).doesNotContain("hush");
    }
  }

  @Test
  void modelsForAProcessThatDoesNotReadThemAreRefused() throws IOException {
    Path models = Files.writeString(file.resolveSibling("models.yaml"), "models: []\n");
    String cluster = "kafka: {bootstrapServers: k:9092}\nregistry: {url: http://r}\n";
    Files.writeString(file, cluster + "roles: [worker]\nmodels: models.yaml\n");
    assertThat(run("config", "check", "--config", file)).as("all read one file").isZero();
    String refusal = ": models is read by role score, which does not run here";
    assertThat(run("up", "--config", file, "--models", models)).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("--models" + refusal);
    cli.variables.put("PENSTOCK_MODELS", models.toString());
    assertThat(run("config", "check", "--config", file)).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("$PENSTOCK_MODELS" + refusal);
  }

  private int run(Object... arguments) {
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    return cli.run(texts);
  }
}
