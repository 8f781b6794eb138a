package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.node.NodeConfig;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Every command that needs a cluster sees the configuration that {@code penstock up} would run by,
 * however it is spread over the file, variables and options.
 */
class SameConfigurationTest {

  private static final int ROUNDS = 4;

  /** What a command takes besides the configuration, where "x" will not do. */
  private static final Map<String, List<String>> ARGUMENTS =
      Map.ofEntries(
          Map.entry("penstock submit", List.of("--model", "m", "--text", "t")),
          Map.entry("penstock dead-letters replay", List.of("--all")),
          Map.entry("penstock feedback", List.of("x", "--score", "1")),
          Map.entry("penstock routing remove", List.of("alias", "x")),
          Map.entry("penstock worker", List.of("--model", "m")));

  /** A key, some values, and how {@code up} has it in its records. */
  private static final Map<String, List<String>> VALUES =
      new TreeMap<>(
          Map.of(
              "topics.names.prefix", List.of("a.", "b.", "penstock."),
              "topics.maxRequestBytes", List.of("2 MiB", "32 MiB", "8 MiB"),
              "topics.maxDeadline", List.of("3d", "9d", "7d"),
              "topics.resultRetention", List.of("1d", "5d", "3d"),
              "topics.modelPartitions", List.of("8", "16"),
              "kafka.bootstrapServers", List.of("one:9092", "two:9092"),
              "kafka.settings.client.rack", List.of("a", "b"),
              "registry.url", List.of("http://one", "http://two")));

  @TempDir Path home;
  private CliHarness cli;

  @BeforeEach
  void refuseEveryConnection() {
    cli = new CliHarness(home);
    cli.refusal = CliException.unreachable("seen", null);
  }

  private List<String> arguments(CommandSpec command) throws IOException {
    String name = command.qualifiedName();
    return name.equals("penstock experiment start")
        ? List.of(experiment().toString())
        : ARGUMENTS.getOrDefault(name, required(command));
  }

  private Path experiment() throws IOException {
    return Files.writeString(
        home.resolve("experiment.yaml"),
        """
        name: e
        subject: m
        unit: tenant
        metric: feedback
        arms:
          - {name: a, target: m#a, weight: 1}
          - {name: b, target: m#b, weight: 1}
        """);
  }

  @Test
  void everyCommandSeesTheConfigurationOfUp() throws IOException {
    Random random = new Random(15);
    List<CommandSpec> commands = clusterCommands();
    assertThat(commands).hasSizeGreaterThan(25);
    int told = 0;
    for (int round = 0; round < ROUNDS; round++) {
      List<String> options = spread(random);
      NodeConfig up = up(options);
      told += up.topics().equals(TopicSettings.DEFAULT) ? 0 : 1;
      for (CommandSpec command : commands) {
        runs(command, options);
        assertSees(up, command.qualifiedName() + " with " + options);
      }
    }
    assertThat(told).as("rounds that say something").isGreaterThan(ROUNDS / 2);
  }

  private void assertSees(NodeConfig up, String what) {
    assertThat(cli.askedTopics).as(what).isEqualTo(up.topics());
    assertThat(cli.asked.bootstrapServers())
        .as(what)
        .isEqualTo(up.kafka().bootstrapServers().orElseThrow());
    assertThat(cli.asked.registryUrl()).as(what).isEqualTo(up.registry().url().orElseThrow());
    assertThat(cli.asked.kafka()).as(what).isEqualTo(up.kafka().settings());
  }

  @Test
  void everyCommandSeesTheTopicsOfTheUpThatRuns() throws IOException {
    TopicSettings topics =
        new TopicSettings(
            new TopicNames("up."),
            16,
            3,
            (short) 1,
            Duration.ofDays(9),
            Duration.ofDays(5),
            32 * 1024 * 1024);
    new ClusterFile("running:1", "http://running", topics, Optional.empty(), 1)
        .write(home.resolve(".penstock").resolve("cluster.properties"));
    for (CommandSpec command : clusterCommands()) {
      runs(command, List.of());
      assertThat(cli.askedTopics).as(command.qualifiedName()).isEqualTo(topics);
      assertThat(cli.asked.bootstrapServers()).isEqualTo("running:1");
      assertThat(cli.asked.registryUrl()).isEqualTo("http://running");
    }
  }

  @Test
  void aConfigurationThatNamesOnlyTheRegistryOfTheUpThatRunsIsForItsCluster() throws IOException {
    Path data = Files.createDirectories(home.resolve(".penstock"));
    Files.writeString(data.resolve("penstock.yaml"), "registry: {url: http://shared}\n");
    new ClusterFile("running:1", "http://shared", "running.", 1)
        .write(data.resolve("cluster.properties"));
    runs(command("status"), List.of());
    assertThat(cli.asked.bootstrapServers()).isEqualTo("running:1");
    assertThat(cli.asked.registryUrl()).isEqualTo("http://shared");
    assertThat(cli.askedNames.prefix()).isEqualTo("running.");
  }

  @Test
  void nothingOfTheUpThatRunsIsMixedIntoAClusterThatIsNamed() throws IOException {
    new ClusterFile("running:1", "http://running", "running.", 1)
        .write(home.resolve(".penstock").resolve("cluster.properties"));
    for (List<String> options :
        List.of(List.of("--kafka", "named:1"), List.of("--set", "registry.url=http://named"))) {
      runs(command("status"), options);
      assertThat(cli.askedNames).isEqualTo(TopicNames.DEFAULT);
      assertThat(cli.asked.bootstrapServers() + cli.asked.registryUrl())
          .contains("named")
          .doesNotContain("running");
    }
    runs(command("status"), List.of("--prefix", "penstock."));
    assertThat(cli.asked.bootstrapServers()).isEqualTo("running:1");
    assertThat(cli.askedNames.prefix()).as("stated, though the default").isEqualTo("penstock.");
  }

  @Test
  void aClusterOfTheCommandLineMeetsTheDemandsOfTheFile() throws IOException {
    Path file = Files.writeString(home.resolve("own.yaml"), "roles: [worker]\nmodels: none.yaml\n");
    for (String name : List.of("status", "submit", "worker")) {
      cli.asked = null;
      runs(
          command(name),
          List.of("--config", file.toString(), "--kafka", "k:1", "--registry", "http://r"));
      assertThat(cli.asked).as(name + ": " + cli.err()).isNotNull();
    }
  }

  @Test
  void aWorkerLeavesTheNameAndThePortOfUpToIt() throws IOException {
    Path data = Files.createDirectories(home.resolve(".penstock"));
    Path file =
        Files.writeString(
            data.resolve("penstock.yaml"),
            """
            operations: {port: 9095}
            worker: {workerId: house, slots: 7}
            """);
    NodeConfig found = worker();
    assertThat(found.worker().workerId()).isEqualTo(NodeDefaults.hostName());
    assertThat(found.operations().port()).isZero();
    assertThat(found.worker().slots()).isEqualTo(7);
    NodeConfig named = worker("--config", file.toString());
    assertThat(named.worker().workerId()).isEqualTo("house");
    assertThat(named.operations().port()).isEqualTo(9095);
    cli.variables.put("PENSTOCK_WORKER_WORKER_ID", "mine");
    assertThat(worker().worker().workerId()).isEqualTo("mine");
  }

  private NodeConfig worker(String... options) {
    WorkerCommand command = new WorkerCommand(cli.environment());
    new CommandLine(command).parseArgs(options);
    command.models = List.of("m");
    return command.choose().node();
  }

  /** Writes the file, sets the variables and returns the options. */
  private List<String> spread(Random random) throws IOException {
    cli.variables.clear();
    StringBuilder yaml = new StringBuilder();
    List<String> options = new ArrayList<>();
    for (Map.Entry<String, List<String>> key : VALUES.entrySet()) {
      String path = key.getKey();
      boolean needed = path.equals("kafka.bootstrapServers") || path.equals("registry.url");
      if (needed || random.nextBoolean()) {
        yaml.append(yaml(path, any(key.getValue(), random)));
      }
      if (random.nextInt(4) == 0 && !path.startsWith("kafka.settings")) {
        cli.variables.put(variable(path), any(key.getValue(), random));
      }
      if (random.nextInt(4) == 0) {
        options.addAll(List.of("--set", path + "=" + any(key.getValue(), random)));
      }
    }
    Path file = Files.writeString(home.resolve("spread.yaml"), "# spread\n" + merged(yaml));
    options.addAll(List.of("--config", file.toString()));
    return options;
  }

  /** The lines are "SECTION REST"; a section stands once. */
  private static String merged(StringBuilder lines) {
    Map<String, StringBuilder> sections = new TreeMap<>();
    lines
        .toString()
        .lines()
        .forEach(
            line ->
                sections
                    .computeIfAbsent(line.substring(0, line.indexOf(' ')), _ -> new StringBuilder())
                    .append("  ")
                    .append(line.substring(line.indexOf(' ') + 1))
                    .append('\n'));
    StringBuilder yaml = new StringBuilder();
    sections.forEach((name, keys) -> yaml.append(name).append(":\n").append(keys));
    return yaml.toString();
  }

  private static String yaml(String path, String value) {
    String[] parts = path.split("\\.", 2);
    String rest =
        switch (parts[1]) {
          case "names.prefix" -> "names: {prefix: " + value + "}";
          case "settings.client.rack" -> "settings: {client.rack: " + value + "}";
          default -> parts[1] + ": " + value;
        };
    return parts[0] + " " + rest + "\n";
  }

  private static String variable(String path) {
    return "PENSTOCK_"
        + path.replaceAll("(?<=[a-z])(?=[A-Z])", "_")
            .replace('.', '_')
            .toUpperCase(java.util.Locale.ROOT);
  }

  private static String any(List<String> values, Random random) {
    return values.get(random.nextInt(values.size()));
  }

  private NodeConfig up(List<String> options) {
    UpCommand up = new UpCommand(cli.environment());
    new CommandLine(up).parseArgs(options.toArray(String[]::new));
    return up.config();
  }

  private void runs(CommandSpec command, List<String> options) throws IOException {
    List<String> line = new ArrayList<>(List.of(command.qualifiedName().split(" ")));
    line.removeFirst();
    line.addAll(arguments(command));
    line.addAll(options);
    cli.askedTopics = null;
    assertThat(cli.run(line.toArray(String[]::new)))
        .as("%s: %s", line, cli.err())
        .isEqualTo(ExitCodes.UNREACHABLE);
  }

  private static List<String> required(CommandSpec command) {
    List<String> arguments = new ArrayList<>();
    command.options().stream()
        .filter(CommandLine.Model.OptionSpec::required)
        .forEach(option -> arguments.addAll(List.of(option.longestName(), "1" + arguments.size())));
    command.positionalParameters().stream()
        .filter(parameter -> parameter.arity().min() > 0)
        .forEach(_ -> arguments.add("x"));
    return arguments;
  }

  private CommandSpec command(String name) {
    return PenstockCli.commandLine(cli.environment()).getSubcommands().get(name).getCommandSpec();
  }

  private List<CommandSpec> clusterCommands() {
    List<CommandSpec> found = new ArrayList<>();
    collect(PenstockCli.commandLine(cli.environment()), found);
    return found;
  }

  private static void collect(CommandLine command, List<CommandSpec> found) {
    if (command.getCommand() instanceof ClusterCommand) {
      found.add(command.getCommandSpec());
    }
    command.getSubcommands().values().forEach(each -> collect(each, found));
  }
}
