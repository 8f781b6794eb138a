package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.Experiment.Arm;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.Target;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentListCommandTest {

  @TempDir Path home;
  private CliHarness cli;

  @BeforeEach
  void connect() {
    cli = new CliHarness(home);
  }

  @Test
  void rolloutsAreListedByModel() {
    cli.documents.add(rollout("zeta", null));
    cli.documents.add(rollout("alpha", "started"));

    assertThat(cli.run("rollout", "list")).isZero();
    assertThat(cli.out().lines())
        .map(line -> line.replaceAll(" +", " "))
        .containsExactly(
            "MODEL FROM TO STATE PERCENT SINCE REASON",
            "alpha v1 v2 shifting 20 " + TimeText.age(Duration.ofMinutes(2)) + " started",
            "zeta v1 v2 shifting 20 " + TimeText.age(Duration.ofMinutes(2)) + " -");

    assertThat(cli.run("rollout", "list", "--json")).isZero();
    assertThat(cli.json()).hasSize(2);
    assertThat(cli.json().getFirst().path("percent").asInt()).isEqualTo(20);
  }

  @Test
  void experimentsAreListedWithTheirArms() {
    cli.documents.add(
        new Experiment(
            "concise",
            "smart",
            List.of(
                new Arm("long", Target.parse("m#v1"), 1, null),
                new Arm("short", Target.parse("m#v2"), 1, "worse")),
            Experiment.Unit.TENANT,
            Experiment.Metric.FEEDBACK,
            0.95,
            100,
            Experiment.Guardrails.NONE,
            Experiment.State.RUNNING,
            CliHarness.NOW,
            null,
            null));

    assertThat(cli.run("experiment", "list")).isZero();
    assertThat(cli.out().lines())
        .map(line -> line.replaceAll(" +", " "))
        .containsExactly(
            "EXPERIMENT SUBJECT STATE METRIC UNIT ARMS",
            "concise smart running feedback tenant long=m#v1, short=m#v2 stopped");
  }

  @Test
  void whatThereIsNoneOfIsSaid() {
    assertThat(cli.run("rollout", "list")).isZero();
    assertThat(cli.out()).isEqualTo("no rollout\n");
    assertThat(cli.run("experiment", "list")).isZero();
    assertThat(cli.out()).isEqualTo("no experiment\n");
    assertThat(cli.run("experiment", "list", "--json")).isZero();
    assertThat(cli.out()).isEmpty();
  }

  private static Rollout rollout(String model, @Nullable String reason) {
    return new Rollout(
        model,
        "v1",
        "v2",
        List.of(new Rollout.Step(20, 60, 50), new Rollout.Step(100, 60, 50)),
        Rollout.Gates.DEFAULT,
        Rollout.Warm.DEFAULT,
        null,
        Rollout.BreachAction.ROLLBACK,
        Rollout.State.SHIFTING,
        0,
        20,
        CliHarness.NOW.minus(Duration.ofMinutes(2)),
        null,
        reason,
        Map.of());
  }
}
