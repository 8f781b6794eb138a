package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The alerts as Prometheus's own tool checks and runs them, and what an operator needs with each.
 * The tool is Debian's package {@code prometheus}.
 */
class AlertRulesTest {

  private static final Path ROOT = Path.of("..", "..");
  private static final Path RULES = Path.of("..", "alerts.yaml");
  private static final Path RULE_TESTS =
      Path.of("src", "test", "resources", "alerts.test.yaml").toAbsolutePath();
  private static final Pattern COUNTED = Pattern.compile("ALERTS\\{alertname=\"(\\w+)\"");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

  @Test
  void eachAlertFiresWhereItShouldAndNowhereElse() throws Exception {
    assertPasses("test", "rules", RULE_TESTS.toString());
  }

  @Test
  void prometheusTakesTheRulesAndTheConfigurationOfTheComposeFiles(@TempDir Path folder)
      throws Exception {
    String config = Files.readString(Path.of("..", "docker", "prometheus.yaml"));
    assertThat(config).contains("/etc/prometheus/alerts.yaml");
    Path file =
        Files.writeString(
            folder.resolve("prometheus.yaml"),
            config.replace(
                "/etc/prometheus/alerts.yaml", RULES.toAbsolutePath().normalize().toString()));

    assertPasses("check", "config", file.toString());
  }

  @Test
  void eachAlertHasATestInWhichItFiresAndOneInWhichItDoesNot() throws IOException {
    Set<String> firing = new TreeSet<>();
    Set<String> silent = new TreeSet<>();
    for (JsonNode test : new YAMLMapper().readTree(RULE_TESTS.toFile()).path("tests")) {
      for (JsonNode query : test.path("promql_expr_test")) {
        Matcher name = COUNTED.matcher(query.path("expr").asText());
        assertThat(name.find()).as("%s", query).isTrue();
        (query.path("exp_samples").isEmpty() ? silent : firing).add(name.group(1));
      }
    }

    Set<String> alerts = alerts().stream().map(AlertRulesTest::name).collect(Collectors.toSet());
    assertThat(alerts).hasSizeGreaterThan(30);
    assertThat(firing).isEqualTo(new TreeSet<>(alerts));
    assertThat(silent).isEqualTo(new TreeSet<>(alerts));
  }

  @Test
  void eachAlertSaysHowBadItIsWhatToDoAndWhereToReadOn() throws IOException {
    for (JsonNode alert : alerts()) {
      assertThat(alert.at("/labels/severity").asText()).as(name(alert)).isIn("critical", "warning");
      assertThat(alert.at("/annotations/summary").asText()).as(name(alert)).isNotEmpty();
      assertThat(alert.at("/annotations/action").asText()).as(name(alert)).isNotEmpty();
      String[] runbook = alert.at("/annotations/runbook_url").asText().split("#", 2);
      assertThat(runbook).as(name(alert)).hasSize(2);
      assertThat(anchors(ROOT.resolve(runbook[0]))).as(name(alert)).contains(runbook[1]);
    }
  }

  @Test
  void theRunbookSaysByWhichAlertsAFaultShows() throws IOException {
    String runbook = Files.readString(ROOT.resolve("compose/docs/runbook.md"));
    for (JsonNode alert : alerts()) {
      assertThat(runbook).contains("`%s`".formatted(name(alert)));
    }
  }

  private static String name(JsonNode alert) {
    return alert.path("alert").asText();
  }

  private static List<JsonNode> alerts() throws IOException {
    List<JsonNode> alerts = new ArrayList<>();
    for (JsonNode group : new YAMLMapper().readTree(RULES.toFile()).path("groups")) {
      group
          .path("rules")
          .forEach(
              rule -> {
                if (rule.has("alert")) {
                  alerts.add(rule);
                }
              });
    }
    return alerts;
  }

  /** The anchors that a heading has on the usual sites. */
  private static Set<String> anchors(Path page) throws IOException {
    return HEADING
        .matcher(Files.readString(page))
        .results()
        .map((MatchResult heading) -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^a-z0-9 -]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  private static void assertPasses(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("promtool"));
    command.addAll(List.of(arguments));
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException notInstalled) {
      assumeTrue(
          false, "promtool is not on the path; install Prometheus to check the alerts with it");
      throw notInstalled;
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}
