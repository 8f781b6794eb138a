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
        .hasMessage("rungs.action is 'null'; give 1 to 128 characters");
    assertThatThrownBy(() -> RoutingCodec.read(RoutingKind.LADDER, ladder("\"action\":\" \",")))
        .hasMessage("rungs.action is ' '; give 1 to 128 characters");
  }
}
