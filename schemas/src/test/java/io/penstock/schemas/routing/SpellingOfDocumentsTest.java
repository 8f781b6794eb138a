package io.penstock.schemas.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpellingOfDocumentsTest {

  private static String ladder(String action) {
    return "{\"name\":\"*\",\"rungs\":[{%s\"enterAbove\":1,\"outputTokens\":9}]}".formatted(action);
  }

  private static String experiment(String field, String value) {
    return """
    {"name":"ab","subject":"m","%s":"%s",
     "arms":[{"name":"a","target":"m","weight":1},{"name":"b","target":"m#v","weight":1}]}\
    """
        .formatted(field, value);
  }

  private static String rollout(String more) {
    return "{\"name\":\"m\",\"from\":\"blue\",\"to\":\"green\",%s}".formatted(more);
  }

  @ParameterizedTest
  @EnumSource
  void actionsAreWrittenAsTheyAreRead(DegradationLadder.Action action) {
    DegradationLadder read =
        (DegradationLadder)
            RoutingCodec.read(RoutingKind.LADDER, ladder("\"action\":\"%s\",".formatted(action)));

    assertThat(read.rungs().getFirst().action()).isEqualTo(action);
    assertThat(RoutingCodec.json(read)).contains("\"action\":\"" + action + "\"");
    assertThat(action.toString()).isEqualTo(action.name().toLowerCase(Locale.ROOT));
  }

  @ParameterizedTest
  @EnumSource
  void metricsAreWrittenAsTheyAreRead(Experiment.Metric metric) {
    Experiment read =
        (Experiment)
            RoutingCodec.read(RoutingKind.EXPERIMENT, experiment("metric", metric.toString()));

    assertThat(read.metric()).isEqualTo(metric);
    assertThat(RoutingCodec.json(read)).contains("\"metric\":\"" + metric + "\"");
    assertThat(metric.toString()).isEqualTo(metric.name().toLowerCase(Locale.ROOT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"request", "tenant", "attribute:user"})
  void unitsAreWrittenAsTheyAreRead(String unit) {
    Experiment read =
        (Experiment) RoutingCodec.read(RoutingKind.EXPERIMENT, experiment("unit", unit));

    assertThat(read.unit()).isEqualTo(Experiment.Unit.parse(unit));
    assertThat(RoutingCodec.json(read)).contains("\"unit\":\"" + unit + "\"");
  }

  @Test
  void requestsAndSuccessCountWhereNothingIsGiven() {
    Experiment read =
        (Experiment) RoutingCodec.read(RoutingKind.EXPERIMENT, experiment("reason", "none"));

    assertThat(read.unit()).isEqualTo(Experiment.Unit.REQUEST);
    assertThat(read.metric()).isEqualTo(Experiment.Metric.SUCCESS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "unit|attribute:|unit is 'attribute:'; give request, tenant or attribute:NAME",
        "unit|Request|unit is 'Request'; give request, tenant or attribute:NAME",
        "metric|speed|metric is 'speed'; give cost, feedback, first_token_ms, output_tokens,"
            + " success, total_ms",
      })
  void whatAnExperimentDoesNotKnowIsNamed(String field, String value, String message) {
    assertThatThrownBy(() -> RoutingCodec.read(RoutingKind.EXPERIMENT, experiment(field, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void anActionThatIsUnknownOrMissingIsNamed() {
    assertThatThrownBy(() -> RoutingCodec.read(RoutingKind.LADDER, ladder("\"action\":\"sleep\",")))
        .hasMessage(
            "rungs.action is 'sleep'; give cap_output, cheaper_model, defer_batch, refuse_batch,"
                + " refuse_interactive, refuse_standard");
    assertThatThrownBy(() -> RoutingCodec.read(RoutingKind.LADDER, ladder("")))
        .hasMessageStartingWith("rungs.action is missing; give cap_output, cheaper_model,");
    assertThatThrownBy(() -> RoutingCodec.read(RoutingKind.LADDER, ladder("\"action\":\" \",")))
        .hasMessageStartingWith("rungs.action is ' '; give cap_output, cheaper_model,");
  }

  @ParameterizedTest
  @EnumSource
  void sortsAreWrittenAsTheyAreRead(Sort sort) {
    RoutingDocument alias =
        RoutingCodec.read(
            RoutingKind.ALIAS, "{\"name\":\"smart\",\"sort\":\"%s\"}".formatted(sort));
    RoutingDocument tenant =
        RoutingCodec.read(
            RoutingKind.TENANT, "{\"name\":\"acme\",\"sort\":\"%s\"}".formatted(sort));

    assertThat(((AliasPolicy) alias).sort()).isEqualTo(sort);
    assertThat(((TenantPolicy) tenant).sort()).isEqualTo(sort);
    assertThat(RoutingCodec.json(alias)).contains("\"sort\":\"" + sort + "\"");
    assertThat(RoutingCodec.json(tenant)).contains("\"sort\":\"" + sort + "\"");
    assertThat(Sort.named(sort.toString())).contains(sort);
    assertThat(sort.toString()).isEqualTo(sort.name().toLowerCase(Locale.ROOT));
  }

  @ParameterizedTest
  @EnumSource
  void breachActionsAreWrittenAsTheyAreRead(Rollout.BreachAction action) {
    RoutingDocument read =
        RoutingCodec.read(RoutingKind.ROLLOUT, rollout("\"onBreach\":\"" + action + "\""));

    assertThat(((Rollout) read).onBreach()).isEqualTo(action);
    assertThat(RoutingCodec.json(read)).contains("\"onBreach\":\"" + action + "\"");
    assertThat(action.toString()).isEqualTo(action.name().toLowerCase(Locale.ROOT));
  }

  @ParameterizedTest
  @EnumSource
  void periodsAreWrittenAsTheyAreRead(BudgetPeriod period) {
    RoutingDocument budgets =
        RoutingCodec.read(
            RoutingKind.TENANT,
            "{\"name\":\"acme\",\"budgets\":[{\"period\":\"%s\",\"hard\":1}]}".formatted(period));
    RoutingDocument spend =
        RoutingCodec.read(
            RoutingKind.SPEND,
            "{\"name\":\"acme\",\"periods\":{\"%s\":{\"start\":\"2026-11-01T00:00:00Z\",\"end\":\"2026-11-02T00:00:00Z\",\"spent\":2}}}"
                .formatted(period));

    assertThat(((TenantPolicy) budgets).budgets().getFirst().period()).isEqualTo(period);
    assertThat(RoutingCodec.json(budgets)).contains("\"period\":\"" + period + "\"");
    assertThat(((Spend) spend).periods()).containsOnlyKeys(period);
    assertThat(RoutingCodec.json(spend)).contains("{\"" + period + "\":{");
    assertThat(period.toString()).isEqualTo(period.name().toLowerCase(Locale.ROOT));
  }

  @Test
  void aRolloutRollsBackWhereNothingIsGiven() {
    Rollout read = (Rollout) RoutingCodec.read(RoutingKind.ROLLOUT, rollout("\"percent\":0"));

    assertThat(read.onBreach()).isEqualTo(Rollout.BreachAction.ROLLBACK);
  }

  @Test
  void whatPoliciesAndRolloutsDoNotKnowIsNamed() {
    assertThatThrownBy(
            () -> RoutingCodec.read(RoutingKind.ROLLOUT, rollout("\"onBreach\":\"stop\"")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("onBreach is 'stop'; give pause, rollback");
    assertThatThrownBy(
            () -> RoutingCodec.read(RoutingKind.ALIAS, "{\"name\":\"smart\",\"sort\":\"Price\"}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("sort is 'Price'; give latency, price, quality, throughput");
    assertThatThrownBy(
            () ->
                RoutingCodec.read(
                    RoutingKind.TENANT, "{\"name\":\"acme\",\"budgets\":[{\"hard\":1}]}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("budgets.period is missing; give day, hour, month");
  }
}
