package io.penstock.streams;

import static io.penstock.streams.dispatch.Samples.START;
import static io.penstock.streams.dispatch.Samples.demand;
import static io.penstock.streams.dispatch.Samples.facts;
import static io.penstock.streams.dispatch.Samples.success;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.control.ControlApplication;
import io.penstock.streams.control.ControlConfig;
import io.penstock.streams.delivery.DeliveryApplication;
import io.penstock.streams.delivery.DeliveryConfig;
import io.penstock.streams.dispatch.Samples;
import io.penstock.streams.dispatch.topology.ShardDriver;
import io.penstock.streams.runtime.JobWatch;
import io.penstock.streams.runtime.ProgressSettings;
import io.penstock.streams.score.ScoreMeters;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.streams.TestInputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An alert on a metric that nobody registers never fires, and nobody notices. */
class AlertsTest {

  private static final Path ALERTS = Path.of("..", "compose", "alerts.yaml");

  /** A metric's name, in which one group of alternatives may stand. */
  private static final Pattern NAME =
      Pattern.compile("(penstock_[a-z_]*)(?:\\(([a-z_|]+)\\)([a-z_]*))?");

  private static final Pattern SAMPLE = Pattern.compile("(?m)^(penstock_[a-z_]+)");
  private static final ClusterConnection NOWHERE = new ClusterConnection("broker:1", "mock://x");
  private static final TopicSettings TOPICS = TopicSettings.DEFAULT;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  @Test
  void everyMetricOfTheAlertsIsOneThatTheJobsRegister(@TempDir Path state) throws IOException {
    new ControlApplication(ControlConfig.DEFAULT, NOWHERE, TOPICS, registry).close();
    new DeliveryApplication(DeliveryConfig.DEFAULT, NOWHERE, TOPICS, registry).close();
    watch("score", Tags.of("class", "batch"));
    watch("dispatch", Tags.empty());
    ScoreMeters.count(registry);
    Set<String> registered = registeredWithDispatch(state);

    Set<String> used = used();
    assertThat(used)
        .contains(
            "penstock_score_stalled",
            "penstock_dispatch_stalled",
            "penstock_control_stalled",
            "penstock_delivery_stalled")
        .hasSizeGreaterThan(10);
    assertThat(registered).containsAll(used);
  }

  private void watch(String job, Tags tags) {
    var _ = new JobWatch(job, tags, ProgressSettings.DEFAULT, registry, System::nanoTime);
  }

  /** One request is served, another waits, and a record of a third cannot be read. */
  private Set<String> registeredWithDispatch(Path state) {
    TopicNames names = TOPICS.names();
    try (ShardDriver driver = new ShardDriver("alerts", state, () -> START, registry)) {
      TestInputTopic<String, ScoredRequest> work =
          driver.input(names.work(ServiceClass.STANDARD), ScoredRequest.class);
      driver
          .input(names.demand(), WorkerDemand.class)
          .pipeInput("w", demand("w", "s1", 1, 1, 0, START).build());
      work.pipeInput("a", Samples.scored(facts("a")).build());
      driver
          .input(names.outcomes(), AttemptOutcome.class)
          .pipeInput("a", success("a", 1, "s1", START));
      work.pipeInput("b", Samples.scored(facts("b")).build());
      work.pipeInput("c", Samples.scored(facts("c")).build());
      driver.raw(names.work(ServiceClass.BATCH)).pipeInput("d", new byte[] {7});
      driver.advance(Duration.ofSeconds(5));
      // A shard's gauges end with it.
      return SAMPLE
          .matcher(registry.scrape())
          .results()
          .map(MatchResult::group)
          .collect(Collectors.toSet());
    }
  }

  /** The names of metrics in the expressions of the alerts. */
  private static Set<String> used() throws IOException {
    Set<String> names = new TreeSet<>();
    for (JsonNode expression : new YAMLMapper().readTree(ALERTS.toFile()).findValues("expr")) {
      NAME.matcher(expression.asText()).results().flatMap(AlertsTest::each).forEach(names::add);
    }
    return names;
  }

  private static Stream<String> each(MatchResult name) {
    return name.group(2) == null
        ? Stream.of(name.group(1))
        : Stream.of(name.group(2).split("\\|", -1)).map(it -> name.group(1) + it + name.group(3));
  }
}
