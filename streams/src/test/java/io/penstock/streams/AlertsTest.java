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
import io.penstock.streams.dispatch.topology.ShardCopies;
import io.penstock.streams.dispatch.topology.ShardDriver;
import io.penstock.streams.runtime.JobWatch;
import io.penstock.streams.runtime.LogClock;
import io.penstock.streams.runtime.ProgressSettings;
import io.penstock.streams.score.ScoreMeters;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.streams.TestInputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An alert on a metric that nobody registers never fires, and nobody notices. The other metrics of
 * the alerts are those that a whole process shows; {@code DashboardsIT} asks one.
 */
class AlertsTest {

  private static final Path ALERTS = Path.of("..", "compose", "alerts.yaml");

  /** A metric's name, in which one group of alternatives may stand. */
  private static final Pattern NAME =
      Pattern.compile("(penstock_(?!front|worker|ready)[a-z_]*)(?:\\(([a-z_|]+)\\)([a-z_]*))?");

  private static final Pattern SAMPLE = Pattern.compile("(?m)^(penstock_[a-z_]+)");
  private static final Pattern SELECTOR = Pattern.compile("([a-z_]+)\\{([^}]*)}");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)(?:=~?|!=|!~)\"");
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
    new ShardCopies(Set::of, 1).bindTo(registry);
    new LogClock(InstantSource.system()).show(registry, "score");
    String shown = shownWithDispatch(state);
    Set<String> registered =
        SAMPLE.matcher(shown).results().map(MatchResult::group).collect(Collectors.toSet());

    Set<String> used = used();
    assertThat(used)
        .contains(
            "penstock_score_stalled",
            "penstock_dispatch_stalled",
            "penstock_control_stalled",
            "penstock_delivery_stalled")
        .hasSizeGreaterThan(10);
    assertThat(registered).containsAll(used);
    assertLabelled(shown);
  }

  private void watch(String job, Tags tags) {
    var _ = new JobWatch(job, tags, ProgressSettings.DEFAULT, registry, System::nanoTime);
  }

  /** One request is served, late, another waits, and a record of a third cannot be read. */
  private String shownWithDispatch(Path state) {
    TopicNames names = TOPICS.names();
    try (ShardDriver driver = new ShardDriver("alerts", state, () -> START, registry)) {
      TestInputTopic<String, ScoredRequest> work =
          driver.input(names.work(ServiceClass.STANDARD), ScoredRequest.class);
      driver
          .input(names.demand(), WorkerDemand.class)
          .pipeInput("w", demand("w", "s1", 1, 1, 0, START).build());
      work.pipeInput(
          "a",
          Samples.scored(
                  facts(
                      "a",
                      ServiceClass.STANDARD,
                      START.minus(Duration.ofMinutes(6)),
                      Duration.ofMinutes(10)))
              .build());
      driver
          .input(names.outcomes(), AttemptOutcome.class)
          .pipeInput("a", success("a", 1, "s1", START));
      work.pipeInput("b", Samples.scored(facts("b")).build());
      work.pipeInput("c", Samples.scored(facts("c")).build());
      driver.raw(names.work(ServiceClass.BATCH)).pipeInput("d", new byte[] {7});
      driver.advance(Duration.ofSeconds(5));
      // A shard's gauges end with it.
      return registry.scrape();
    }
  }

  /** Each label by which an alert selects is one that the metric has. */
  private void assertLabelled(String shown) throws IOException {
    int seen = 0;
    for (JsonNode expression : new YAMLMapper().readTree(ALERTS.toFile()).findValues("expr")) {
      for (MatchResult selector : SELECTOR.matcher(expression.asText()).results().toList()) {
        Set<String> has = new TreeSet<>();
        shown
            .lines()
            .filter(line -> line.startsWith(selector.group(1) + "{"))
            .forEach(line -> has.addAll(labels(line)));
        if (!has.isEmpty()) {
          seen++;
          assertThat(has).as(expression.asText()).containsAll(labels(selector.group(2)));
        }
      }
    }
    assertThat(seen).isGreaterThan(10);
  }

  private static Set<String> labels(String text) {
    return LABEL
        .matcher(text)
        .results()
        .map(each -> each.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
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
