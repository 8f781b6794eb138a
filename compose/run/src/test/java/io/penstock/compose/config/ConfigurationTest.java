package io.penstock.compose.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.penstock.compose.config.ConfigSources.Given;
import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {

  private static final NodeConfig USUAL = NodeConfig.of(Path.of("/var/lib/penstock"));

  @TempDir Path folder;

  @Test
  void laterSourcesWin() throws IOException {
    Path file =
        file(
            """
            topics:
              modelPartitions: 11
              otherPartitions: 12
            score:
              maxTenants: 13
              learnFromLast: 14
            """);
    Configuration read =
        Configuration.read(
            new ConfigSources(
                Optional.of(file),
                Map.of(
                    "PENSTOCK_TOPICS_OTHER_PARTITIONS", "22",
                    "PENSTOCK_SCORE_MAX_TENANTS", "23",
                    "PENSTOCK_SCORE_LEARN_FROM_LAST", "24"),
                List.of(
                    set("score.maxTenants", "33"),
                    set("score.learnFromLast", "34"),
                    new Given("score.learnFromLast", "44", new Origin.Option("--learn")))),
            USUAL);
    assertThat(read.node().topics().modelPartitions()).isEqualTo(11);
    assertThat(read.node().topics().otherPartitions()).isEqualTo(22);
    assertThat(read.node().score().maxTenants()).isEqualTo(33);
    assertThat(read.node().score().learnFromLast()).isEqualTo(44);
    assertThat(read.node().score().batchShare()).isEqualTo(USUAL.score().batchShare());
    assertThat(from(read, "topics.modelPartitions")).isEqualTo(file + ":2");
    assertThat(from(read, "topics.otherPartitions")).isEqualTo("$PENSTOCK_TOPICS_OTHER_PARTITIONS");
    assertThat(from(read, "score.maxTenants")).isEqualTo("--set");
    assertThat(from(read, "score.learnFromLast")).isEqualTo("--learn");
    assertThat(from(read, "score.batchShare")).isEqualTo("default");
    assertThat(from(read, "worker.timing.leaseTimeout"))
        .isEqualTo("as dispatch.shard.leaseTimeout");
  }

  @Test
  void anEmptyTextIsAnEmptyMap() {
    Configuration read =
        Configuration.read(
            new ConfigSources(
                Optional.empty(),
                Map.of("PENSTOCK_KAFKA_SETTINGS", ""),
                List.of(set("engine.options", ""))),
            USUAL);
    assertThat(read.node()).isEqualTo(USUAL);
  }

  @Test
  void everyFaultIsToldWithItsLineItsKeyAndItsRemedy() throws IOException {
    assertThat(
            faults(
                """
                topics:
                  modelPartitons: 8
                  otherPartitions: many
                dispatch:
                  tick: 200
                  threads: 99
                  leaseTimeout: 4s
                score: fast
                delivery:
                  fetchBytes: 8 Mbit
                  fetchBytes: 8 MiB
                engines:
                  kind: openai
                control:
                  interval: 2h
                worker:
                  timing:
                    leaseTimeout: 4s
                """))
        .containsExactlyInAnyOrder(
            "2: there is no key topics.modelPartitons; did you mean topics.modelPartitions?",
            "3: topics.otherPartitions is 'many'; it must be a whole number",
            "5: dispatch.tick is '200'; a duration needs a unit; write 200s for seconds, or 200ms,"
                + " 200m, 200h, 200d",
            "6: dispatch: threads is 99; it must be from 1 to 64",
            "7: there is no key dispatch.leaseTimeout; did you mean dispatch.shard.leaseTimeout?",
            "8: score is a section; give its keys, such as score.levels",
            "11: delivery.fetchBytes stands in line 10 already; remove one",
            "10: delivery.fetchBytes is '8 Mbit'; it must be a size such as 8 MiB, 512 KiB or"
                + " 1000000 (bytes)",
            "12: there is no key engines; did you mean engine?",
            "15: control: interval is 2h; it must be from 100ms to 1m",
            "18: worker.timing.leaseTimeout has no value of its own; set"
                + " dispatch.shard.leaseTimeout, and both agree");
  }

  @Test
  void aContradictionNamesBothKeysAndTheirLines() throws IOException {
    assertThat(
            faults(
                """
                dispatch:
                  shard:
                    leaseTimeout: 20s
                    overdueGrace: 40s
                """))
        .singleElement()
        .asString()
        .startsWith("3: dispatch.shard: overdueGrace is 40s and leaseTimeout 20s")
        .contains("dispatch.shard.overdueGrace: ", ":4");
  }

  /** What both use is said once, and the worker's rules for it hold, too. */
  @Test
  void aLeaseTimeoutOfDispatchThatTheWorkersHeartbeatIsTooSlowForIsRefusedWhereItStands()
      throws IOException {
    assertThat(
            faults(
                """
                dispatch:
                  shard:
                    leaseTimeout: 1500ms
                """))
        .containsExactly("3: worker.timing: leaseTimeout is 1500ms; it must be from 2s to 10m");
  }

  @Test
  void aRoleWithoutAClusterIsToldWhatItNeeds() {
    assertThat(faults(Map.of(), set("roles", "worker")))
        .singleElement()
        .asString()
        .contains("--set: roles is worker", "--bootstrap-servers", "kafka.bootstrapServers");
    assertThat(faults(Map.of(), set("roles", "score"), set("kafka.bootstrapServers", "k:9092")))
        .singleElement()
        .asString()
        .contains("roles is score", "--registry-url", "registry.url");
    assertThat(
            read(
                    Map.of(),
                    set("roles", "Score, worker"),
                    set("kafka.bootstrapServers", "k:9092"),
                    set("registry.url", "http://r"))
                .node()
                .roles())
        .containsExactlyInAnyOrder(Role.SCORE, Role.WORKER);
    assertThat(faults(Map.of(), set("roles", "scorer")))
        .containsExactly(
            "--set: roles is a list; it must be a list of score, dispatch, delivery, control,"
                + " worker, http");
  }

  @Test
  void aVariableThatIsNearlyAKeyIsRefusedAndOthersAreNot() {
    Map<String, String> variables =
        Map.of(
            "PENSTOCK_DISPATCH_THREDS", "2",
            "PENSTOCK_SCORE_NONSENSE", "2",
            "PENSTOCK_HOME", "/opt/penstock",
            "PENSTOCK_KAFKA", "k:9092",
            "PENSTOCK_JAVA_OPTS", "-Xmx1g",
            "PENSTOCK_WORKER_SERVICE_HOST", "10.0.0.1",
            "PENSTOCK_KAFKA_PORT", "tcp://10.0.0.1:9092",
            "PENSTOCK_WORKER_PORT_8080_TCP_ADDR", "10.0.0.1");
    assertThat(faults(variables))
        .containsExactly(
            "$PENSTOCK_DISPATCH_THREDS: there is no key of this name; did you mean"
                + " PENSTOCK_DISPATCH_THREADS?",
            "$PENSTOCK_SCORE_NONSENSE: there is no key of this name; 'penstock config show' lists"
                + " all keys");
  }

  @Test
  void secretsAreNeitherShownNorRepeatedInMessages() throws IOException {
    Path file =
        file(
            """
            kafka:
              bootstrapServers: k:9092
              settings:
                security.protocol: SASL_SSL
                sasl.jaas.config: 'login required password="hunter2";'
                ssl.key.password: hunter2
                basic.auth.user.info: me:hunter2
            registry:
              url: http://me:hunter2@registry:8081
            engine:
              kind: openai
              options:
                base-url: http://127.0.0.1:8000
                api-key-env: KEY
                header.Authorization-Token: hunter2
            """);
    Configuration read = read(file);
    assertThat(read.node().kafka().settings()).containsEntry("ssl.key.password", "hunter2");
    assertThat(read.toString() + read.effective()).doesNotContain("hunter2");
    assertThat(value(read, "kafka.settings.security.protocol")).isEqualTo("SASL_SSL");
    assertThat(value(read, "kafka.settings.sasl.jaas.config")).isEqualTo("(hidden)");
    assertThat(value(read, "kafka.settings.basic.auth.user.info")).isEqualTo("(hidden)");
    assertThat(value(read, "registry.url")).isEqualTo("http://(hidden)@registry:8081");
    assertThat(value(read, "engine.options.api-key-env")).isEqualTo("KEY");
    assertThat(value(read, "engine.options.header.Authorization-Token")).isEqualTo("(hidden)");
    assertThat(
            faults(
                Map.of("PENSTOCK_KAFKA_SETTINGS", "{ssl.key.password: [hunter2]}"),
                set("kafka.bootstrapServers", "k:9092")))
        .isNotEmpty()
        .noneMatch(fault -> fault.contains("hunter2"));
  }

  @Test
  void entriesOfAMapComeFromSeveralSources() throws IOException {
    Path file =
        file(
            """
            dispatch:
              shard:
                fairness:
                  tenantWeights:
                    acme.eu: 2
                    other: 0.5
            """);
    Configuration read =
        Configuration.read(
            new ConfigSources(
                Optional.of(file),
                Map.of("PENSTOCK_DISPATCH_SHARD_FAIRNESS_TENANT_WEIGHTS", "{third: 3, other: 4}"),
                List.of(set("dispatch.shard.fairness.tenantWeights.acme.eu", "5"))),
            USUAL);
    assertThat(read.node().dispatch().shard().fairness().tenantWeights())
        .containsExactlyInAnyOrderEntriesOf(Map.of("acme.eu", 5.0, "other", 4.0, "third", 3.0));
    assertThat(from(read, "dispatch.shard.fairness.tenantWeights.other"))
        .isEqualTo("$PENSTOCK_DISPATCH_SHARD_FAIRNESS_TENANT_WEIGHTS");
  }

  @Test
  void aRelativePathBeginsAtTheFilesFolderAndMustBeThere() throws IOException {
    Path file = file("data: state\nmodels: own.yaml\n");
    Files.writeString(folder.resolve("own.yaml"), "");
    NodeConfig node = read(file).node();
    assertThat(node.data()).isEqualTo(folder.resolve("state"));
    assertThat(node.models()).contains(folder.resolve("own.yaml"));
    Configuration elsewhere = read(file("models: elsewhere.yaml\n"));
    assertThat(catchThrowableOfType(ConfigException.class, elsewhere::withKnownNames).faults())
        .map(fault -> fault.toString().replaceFirst(".*?penstock.yaml:(?=\\d+: )", ""))
        .singleElement()
        .asString()
        .startsWith("1: models is ")
        .contains("elsewhere.yaml", "cannot be read");
    assertThat(elsewhere.withKnownNames(Set.of(Role.WORKER))).isEqualTo(elsewhere);
  }

  @Test
  void emptySectionsAndEmptyFilesChangeNothing() throws IOException {
    assertThat(read(file("")).node()).isEqualTo(USUAL);
    assertThat(read(file("# nothing\n")).node()).isEqualTo(USUAL);
    assertThat(read(file("topics:\nscore:\n  progress:\nmodels:\n")).node()).isEqualTo(USUAL);
  }

  @Test
  void aFileThatIsNoneIsRefusedWithItsLine() throws IOException {
    assertThat(faults("topics:\n  modelPartitions: [1\n"))
        .singleElement()
        .asString()
        .contains("this is not YAML");
    assertThat(faults("- a\n- b\n")).singleElement().asString().startsWith("1: the file must hold");
    assertThat(faults("topics:\n  modelPartitions:\n"))
        .containsExactly(
            "2: topics.modelPartitions is empty; give a value, or remove the key to use the"
                + " default");
    ConfigException missing =
        catchThrowableOfType(ConfigException.class, () -> read(folder.resolve("none.yaml")));
    assertThat(missing).hasMessageContaining("penstock config init");
  }

  private static Given set(String key, String value) {
    return new Given(key, value, new Origin.Option("--set"));
  }

  private static String from(Configuration read, String key) {
    return effective(read, key).origin().toString();
  }

  private static String value(Configuration read, String key) {
    return effective(read, key).value();
  }

  private static Effective effective(Configuration read, String key) {
    return read.effective().stream()
        .filter(each -> each.key().equals(key))
        .findFirst()
        .orElseThrow();
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("penstock.yaml"), text);
  }

  private static Configuration read(Path file) {
    return Configuration.read(new ConfigSources(Optional.of(file), Map.of(), List.of()), USUAL);
  }

  private static Configuration read(Map<String, String> variables, Given... given) {
    return Configuration.read(
        new ConfigSources(Optional.empty(), variables, List.of(given)), USUAL);
  }

  private static List<String> faults(Map<String, String> variables, Given... given) {
    return catchThrowableOfType(ConfigException.class, () -> read(variables, given))
        .faults()
        .stream()
        .map(Fault::toString)
        .toList();
  }

  /** Each as "LINE: message". */
  private List<String> faults(String text) throws IOException {
    Path file = file(text);
    return catchThrowableOfType(ConfigException.class, () -> read(file)).faults().stream()
        .map(fault -> fault.toString().replaceFirst(".*?penstock.yaml:(?=\\d+: )", ""))
        .toList();
  }
}
