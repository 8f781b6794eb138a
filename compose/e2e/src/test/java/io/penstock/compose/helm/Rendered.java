package io.penstock.compose.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The objects of a chart. */
final class Rendered {

  /** What the API server knows; others belong to operators. */
  private static final Map<String, Class<?>> KINDS =
      Map.of(
          "ConfigMap", ConfigMap.class,
          "Service", Service.class,
          "ServiceAccount", ServiceAccount.class,
          "Deployment", Deployment.class,
          "StatefulSet", StatefulSet.class,
          "NetworkPolicy", NetworkPolicy.class,
          "PodDisruptionBudget", PodDisruptionBudget.class);

  private static final Set<String> OF_OPERATORS =
      Set.of("ScaledObject", "PodMonitor", "PrometheusRule");

  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  /** The model keeps what it does not know, so that it must be told to refuse it. */
  private static final ObjectMapper STRICT =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .setAnnotationIntrospector(
              new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                  return false;
                }
              });

  private final List<JsonNode> objects = new ArrayList<>();

  Rendered(String yaml) throws IOException {
    try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
      documents.forEachRemaining(
          each -> {
            if (each.isObject()) {
              objects.add(each);
            }
          });
    }
  }

  List<JsonNode> ofKind(String kind) {
    return objects.stream().filter(each -> each.path("kind").asText().equals(kind)).toList();
  }

  JsonNode named(String kind, String name) {
    return ofKind(kind).stream()
        .filter(each -> each.at("/metadata/name").asText().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no %s %s".formatted(kind, name)));
  }

  private List<JsonNode> workloads() {
    return Stream.of("Deployment", "StatefulSet").flatMap(kind -> ofKind(kind).stream()).toList();
  }

  /** The container of Penstock in each workload; engines may stand beside it. */
  private static JsonNode penstock(JsonNode workload) {
    return workload.at("/spec/template/spec/containers/0");
  }

  List<List<String>> arguments() {
    return workloads().stream().map(each -> texts(penstock(each).path("args"))).toList();
  }

  /**
   * The variables of the container that reads this configuration, as Kubernetes fills them in. What
   * a secret of Kafka's settings holds is left out.
   */
  Map<String, String> variables(String workload) {
    Map<String, String> variables = new HashMap<>();
    workloads().stream()
        .filter(each -> each.at("/metadata/name").asText().equals(workload))
        .flatMap(each -> stream(penstock(each).path("env")))
        .forEach(
            each -> {
              String name = each.path("name").asText();
              if (each.has("value")) {
                variables.put(name, each.path("value").asText().replace("$(POD_IP)", "10.0.0.7"));
              } else if (name.equals("PENSTOCK_HTTP_KEYS_ADMIN_SECRET")) {
                variables.put(name, "s".repeat(32));
              }
            });
    return variables;
  }

  /** Nothing is misspelt or in the wrong place, and each name is there once. */
  void assertReadStrictly(String what) {
    Set<String> names = new HashSet<>();
    for (JsonNode each : objects) {
      String kind = each.path("kind").asText();
      String name = kind + " " + each.at("/metadata/name").asText();
      assertThat(names.add(name)).as("%s twice in %s", name, what).isTrue();
      assertThat(each.at("/metadata/name").asText()).as(what).matches("[a-z0-9-]{1,63}");
      Class<?> type = KINDS.get(kind);
      if (type == null) {
        assertThat(OF_OPERATORS).as(what).contains(kind);
      } else {
        assertThatCode(() -> STRICT.treeToValue(each, type))
            .as("%s of %s", name, what)
            .doesNotThrowAnyException();
      }
    }
  }

  /** Selectors, ports, volumes and targets name what is there. */
  void assertFitTogether(String what) {
    for (JsonNode workload : workloads()) {
      String name = workload.at("/metadata/name").asText();
      JsonNode spec = workload.at("/spec/template/spec");
      assertSelects(workload.at("/spec/selector/matchLabels"), 1, name + " of " + what);
      Set<String> volumes = new HashSet<>();
      stream(spec.path("volumes")).forEach(each -> volumes.add(each.path("name").asText()));
      stream(workload.at("/spec/volumeClaimTemplates"))
          .forEach(each -> volumes.add(each.at("/metadata/name").asText()));
      JsonNode container = penstock(workload);
      assertThat(volumes)
          .as("volumes of %s of %s", name, what)
          .containsAll(texts(container.path("volumeMounts"), "name"));
      for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
        assertThat(texts(container.path("ports"), "name"))
            .as("%s of %s of %s", probe, name, what)
            .contains(container.at("/%s/httpGet/port".formatted(probe)).asText());
      }
      stream(spec.path("volumes"))
          .filter(each -> each.has("configMap"))
          .forEach(each -> named("ConfigMap", each.at("/configMap/name").asText()));
      named("ServiceAccount", spec.path("serviceAccountName").asText());
      assertSelectsBudget(name, what);
    }
    for (JsonNode each : ofKind("Service")) {
      assertSelects(each.at("/spec/selector"), 1, "service of " + what);
    }
    for (JsonNode each : ofKind("ScaledObject")) {
      named("Deployment", each.at("/spec/scaleTargetRef/name").asText());
    }
    for (JsonNode each : ofKind("PodMonitor")) {
      assertSelects(
          each.at("/spec/selector/matchLabels"), workloads().size(), "monitor of " + what);
    }
    for (JsonNode each : ofKind("NetworkPolicy")) {
      assertThat(selected(each.at("/spec/podSelector/matchLabels")))
          .as("policy of %s", what)
          .isPositive();
    }
  }

  private void assertSelectsBudget(String name, String what) {
    assertSelects(
        named("PodDisruptionBudget", name).at("/spec/selector/matchLabels"),
        1,
        "budget of " + what);
  }

  private void assertSelects(JsonNode labels, int workloads, String what) {
    assertThat(labels.isObject()).as(what).isTrue();
    assertThat(selected(labels)).as(what).isEqualTo(workloads);
  }

  private long selected(JsonNode labels) {
    return workloads().stream()
        .map(each -> each.at("/spec/template/metadata/labels"))
        .filter(
            pod ->
                labels.properties().stream()
                    .allMatch(label -> label.getValue().equals(pod.get(label.getKey()))))
        .count();
  }

  /**
   * The restricted profile of Kubernetes's pod security standards, and a root that is read only.
   */
  void assertRestricted(String what) {
    for (JsonNode workload : workloads()) {
      JsonNode spec = workload.at("/spec/template/spec");
      assertThat(spec.at("/securityContext/runAsNonRoot").asBoolean()).as(what).isTrue();
      assertThat(spec.at("/securityContext/runAsUser").asInt()).as(what).isPositive();
      assertThat(spec.at("/securityContext/seccompProfile/type").asText())
          .as(what)
          .isEqualTo("RuntimeDefault");
      assertThat(spec.path("automountServiceAccountToken").asBoolean(true)).as(what).isFalse();
      assertThat(spec.has("hostNetwork") || spec.has("hostPID")).as(what).isFalse();
      assertThat(stream(spec.path("volumes")).anyMatch(each -> each.has("hostPath")))
          .as(what)
          .isFalse();
      stream(spec.path("containers"))
          .forEach(
              each -> {
                JsonNode security = each.path("securityContext");
                assertThat(security.path("allowPrivilegeEscalation").asBoolean(true))
                    .as(what)
                    .isFalse();
                assertThat(texts(security.at("/capabilities/drop")))
                    .as(what)
                    .containsExactly("ALL");
              });
      JsonNode container = penstock(workload);
      assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean())
          .as(what)
          .isTrue();
      assertThat(container.at("/resources/limits").has("memory")).as(what).isTrue();
      assertThat(container.at("/resources/requests").has("cpu")).as(what).isTrue();
    }
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    List<JsonNode> all = new ArrayList<>();
    array.forEach(all::add);
    return all.stream();
  }

  private static List<String> texts(JsonNode array) {
    return stream(array).map(JsonNode::asText).toList();
  }

  private static List<String> texts(JsonNode array, String field) {
    return stream(array).map(each -> each.path(field).asText()).toList();
  }
}
