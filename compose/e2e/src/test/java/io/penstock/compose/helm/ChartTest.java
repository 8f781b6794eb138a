package io.penstock.compose.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.LintResult;
import io.penstock.compose.config.ConfigSources;
import io.penstock.compose.config.Configuration;
import io.penstock.compose.node.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The chart as Helm itself lints and renders it, and what Kubernetes and Penstock would make of
 * that.
 */
class ChartTest {

  private static final String REQUIRED =
      """
      kafka: {bootstrapServers: "kafka:9092"}
      registry: {url: "http://registry:8081"}
      """;
  private static final Path ALERTS = Path.of("..", "alerts.yaml");
  private static final String ONE_FRONT = "http: {replicas: 1, adminSecret: {name: admin}}\n";
  private static final String LLAMA =
      """
      workers:
        llama:
          models: [llama-3.1-8b, llama]
          slots: 64
          engine: {kind: openai, options: {base-url: "http://127.0.0.1:8000", metrics: vllm}}
          containers:
            - name: vllm
              image: vllm/vllm-openai:v0.11.0
              resources: {limits: {nvidia.com/gpu: 1}}
              securityContext:
                allowPrivilegeEscalation: false
                capabilities: {drop: [ALL]}
          autoscaling: {enabled: true, max: 8}
      """;

  @TempDir Path folder;

  @Test
  void theChartIsCleanInStrictLint() {
    LintResult result = Chart.lint();
    assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
    assertThat(result.getMessages()).noneMatch(each -> each.contains("[WARNING]"));
  }

  /** Whatever is chosen: the objects are Kubernetes's, fit together, are restricted and start. */
  @Test
  void whateverValuesAreChosenTheObjectsHold() throws IOException {
    for (long seed = 1; seed <= 25; seed++) {
      String values = randomValues(new Random(seed));
      Rendered rendered = render(values);
      String what = "seed %d:%n%s".formatted(seed, values);
      rendered.assertReadStrictly(what);
      rendered.assertFitTogether(what);
      rendered.assertRestricted(what);
      for (JsonNode map : rendered.ofKind("ConfigMap")) {
        String name = map.at("/metadata/name").asText();
        if (map.at("/data").has("penstock.yaml")) {
          assertStarts(
              name, map.at("/data/penstock.yaml").asText(), rendered.variables(name), what);
        }
      }
    }
  }

  @Test
  void eachPartHasItsRolesAndAllRolesRun() throws IOException {
    Rendered rendered = render(REQUIRED + ONE_FRONT + LLAMA);
    assertThat(rendered.arguments())
        .containsExactlyInAnyOrder(
            List.of("up", "--roles", "http"),
            List.of("up", "--roles", "score"),
            List.of("up", "--roles", "dispatch"),
            List.of("up", "--roles", "delivery,control"),
            List.of("worker"));
  }

  @Test
  void workersScaleFromZeroByTheSecondsOfWorkThatWaitForTheirModels() throws IOException {
    Rendered rendered = render(REQUIRED + ONE_FRONT + LLAMA);
    JsonNode scaled = rendered.ofKind("ScaledObject").getFirst();
    assertThat(scaled.at("/spec/minReplicaCount").asInt(-1)).isZero();
    assertThat(scaled.at("/spec/maxReplicaCount").asInt()).isEqualTo(8);
    JsonNode trigger = scaled.at("/spec/triggers/0");
    assertThat(trigger.at("/metricType").asText()).isEqualTo("Value");
    assertThat(trigger.at("/metadata/query").asText())
        .isEqualTo(
            "clamp_max(sum(penstock_dispatch_work_seconds{model=~\"llama-3.1-8b|llama\"} > 0), 80)"
                + " or vector(0)");
    JsonNode target = rendered.named("Deployment", scaled.at("/spec/scaleTargetRef/name").asText());
    assertThat(target.at("/spec").has("replicas")).as("left to the autoscaler").isFalse();
  }

  @Test
  void theAlertsAreThoseOfTheFileAndLinkToTheirRunbook() throws IOException {
    assertThat(render(REQUIRED + ONE_FRONT).ofKind("PrometheusRule")).isEmpty();

    JsonNode rule =
        render(
                REQUIRED
                    + ONE_FRONT
                    + "monitoring: {rules: {enabled: true, labels: {release: prometheus}, runbooks:"
                    + " \"https://git/penstock/\"}}\n")
            .ofKind("PrometheusRule")
            .getFirst();

    assertThat(rule.path("apiVersion").asText()).isEqualTo("monitoring.coreos.com/v1");
    assertThat(rule.at("/metadata/labels/release").asText()).isEqualTo("prometheus");
    String file =
        Files.readString(ALERTS).replace("runbook_url: ", "runbook_url: https://git/penstock/");
    JsonNode groups = new YAMLMapper().readTree(file).path("groups");
    assertThat(groups).isNotEmpty();
    assertThat(rule.at("/spec/groups")).isEqualTo(groups);
  }

  @Test
  void aWorkerMayFinishWhatItRunsBeforeItIsKilled() throws IOException {
    Rendered rendered =
        render(REQUIRED + ONE_FRONT + LLAMA.replace("slots: 64", "slots: 64\n    drain: 10m"));
    JsonNode worker = rendered.named("Deployment", "penstock-worker-llama");
    assertThat(worker.at("/spec/template/spec/terminationGracePeriodSeconds").asInt())
        .isGreaterThan(600);
    assertThat(
            rendered.named("ConfigMap", "penstock-worker-llama").at("/data/penstock.yaml").asText())
        .contains("drainGrace: 10m");
  }

  @Test
  void whatIsMissingOrContradictsIsRefusedByName() {
    assertRefused(
        "registry: {url: x}\n" + ONE_FRONT, "kafka.bootstrapServers is empty; name your Kafka");
    assertRefused("kafka: {bootstrapServers: x}\n" + ONE_FRONT, "registry.url is empty");
    assertRefused(REQUIRED, "http.replicas is above 1, but files of batches would lie in one pod");
    assertRefused(
        REQUIRED + ONE_FRONT + "workers: {a: {slots: 1, engine: {kind: openai}}}\n",
        "workers.a.models is empty");
    assertRefused(
        REQUIRED + ONE_FRONT + "workers: {a: {models: [m], engine: {kind: openai}}}\n",
        "workers.a.slots is empty");
    assertRefused(
        REQUIRED + "http: {replicas: 1, grace: soon, adminSecret: {name: admin}}\n",
        "soon is no duration; write it as 45s or 2m");
    assertRefused(REQUIRED + "http: {replicas: 1}\n", "http.adminSecret.name is empty");
    assertRefused(REQUIRED + ONE_FRONT + "wrokers: {}\n", "wrokers");
  }

  private void assertRefused(String values, String why) {
    assertThatThrownBy(() -> render(values)).as(values).hasMessageContaining(why);
  }

  private Rendered render(String values) throws IOException {
    return new Rendered(
        Chart.render(
            Files.writeString(folder.resolve("values.yaml"), values), folder.resolve("chart")));
  }

  /** The configuration that a container finds is one that its command takes. */
  private void assertStarts(String name, String yaml, Map<String, String> variables, String what)
      throws IOException {
    Path file = Files.writeString(folder.resolve("penstock.yaml"), yaml);
    Map<String, String> known = new HashMap<>(variables);
    // What the command line reads beside the keys of the configuration.
    List.of("PENSTOCK_CONFIG", "PENSTOCK_DATA", "JDK_JAVA_OPTIONS", "POD_IP")
        .forEach(known::remove);
    known.remove("PENSTOCK_MODELS");
    Configuration read =
        Configuration.read(
            new ConfigSources(Optional.of(file), known, List.of()),
            NodeConfig.of(Path.of("/var/lib/penstock")));
    assertThat(read.leftOut()).as("%s of %s", name, what).isEmpty();
    assertThat(read.node().kafka().bootstrapServers())
        .as("%s of %s", name, what)
        .contains("kafka:9092");
    assertThat(read.node().operations().host()).as("%s of %s", name, what).isEqualTo("0.0.0.0");
  }

  private static String randomValues(Random random) {
    List<String> values = new ArrayList<>();
    values.add(REQUIRED);
    boolean many = random.nextBoolean();
    boolean claim = random.nextBoolean();
    values.add(
        "http: {replicas: %d, adminSecret: {name: admin, key: k}, %s}\n"
            .formatted(
                many ? 3 : 1,
                claim
                    ? "files: {claim: shared}"
                    : many
                        ? "config: {http: {files: {store: s3, s3: {bucket: batches}}}}"
                        : "grace: 2m"));
    if (random.nextBoolean()) {
      values.add("models: {models: [{name: m, endpoints: [/v1/chat/completions]}]}\n");
    }
    if (random.nextBoolean()) {
      values.add(
          "monitoring: {rules: {enabled: %s}, serviceMonitor: {enabled: true, labels: {release: prometheus}}}\n"
              .formatted(random.nextBoolean()));
    }
    if (random.nextBoolean()) {
      values.add("secretVariables: {PENSTOCK_KAFKA_SETTINGS: {name: kafka, key: settings}}\n");
    }
    if (random.nextBoolean()) {
      values.add(
          """
          nodeSelector: {zone: a}
          tolerations: [{key: spot, operator: Exists}]
          priorityClassName: high
          podAnnotations: {team: ml}
          image: {pullSecrets: [registry]}
          """);
    }
    values.add(
        "networkPolicies: {enabled: %s, callers: %s}\n"
            .formatted(
                random.nextBoolean(), random.nextBoolean() ? "[{namespaceSelector: {}}]" : "[]"));
    if (random.nextBoolean()) {
      values.add(LLAMA);
    }
    return String.join("", values);
  }
}
