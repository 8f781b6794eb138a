package io.penstock.compose.bench.selection;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Figures;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.chart.Chart;
import io.penstock.streams.score.complexity.ModelCard;
import io.penstock.streams.score.complexity.evaluation.GapCurve;
import io.penstock.streams.score.complexity.evaluation.ResampledFigure;
import io.penstock.streams.score.complexity.evaluation.SelectionMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Tables, curves and JSON of a test of the predictor. */
record SelectionReport(
    SelectionSettings settings,
    ModelCard card,
    List<SelectionFigures> tests,
    SelectionFigures overall,
    DecisionTime time,
    DecisionTime longTime,
    ChoiceReport choice) {

  private static final int CURVE_STEPS = 50;

  Findings findings() {
    BenchTable table =
        new BenchTable("metrics", "test", "by", "apgr", "95%", "cpt50 %", "95%", "cpt80 %", "95%");
    List<Chart> charts = new ArrayList<>();
    BenchTable curves =
        new BenchTable("curves", "test", "strong %", "quality", "length quality", "random quality");
    for (SelectionFigures test : all()) {
      rows(table, test);
      curve(curves, test);
      charts.add(chart(test));
    }
    return new Findings(List.of(table, curves, choice.table()), charts, json(), notes());
  }

  /** A single test is its own overall. */
  private List<SelectionFigures> all() {
    if (tests.size() == 1) {
      return tests;
    }
    List<SelectionFigures> all = new ArrayList<>(tests);
    all.add(overall);
    return all;
  }

  private static void rows(BenchTable table, SelectionFigures test) {
    row(table, test.name(), "predictor", test.predictor());
    row(table, test.name(), "prompt length", test.length());
    ResampledFigure shuffle = test.shuffleApgr();
    table.row(
        test.name(), "shuffle", three(shuffle.value()), range(shuffle, 3), "50", "", "80", "");
    for (PublishedResult published : PublishedResult.of(test.name())) {
      table.row(
          test.name(),
          published.router(),
          three(published.apgr()),
          "",
          one(published.cpt50()),
          "",
          one(published.cpt80()),
          "");
    }
  }

  private static void row(BenchTable table, String test, String by, SelectionMetrics metrics) {
    table.row(
        test,
        by,
        three(metrics.apgr().value()),
        range(metrics.apgr(), 3),
        one(metrics.cpt50().value()),
        range(metrics.cpt50(), 1),
        one(metrics.cpt80().value()),
        range(metrics.cpt80(), 1));
  }

  private static void curve(BenchTable table, SelectionFigures test) {
    double gap = test.strongQuality() - test.cheapQuality();
    for (int step = 0; step <= CURVE_STEPS; step++) {
      double share = (double) step / CURVE_STEPS;
      table.row(
          test.name(),
          100 * share,
          test.quality(test.predictorCurve(), share),
          test.quality(test.lengthCurve(), share),
          test.cheapQuality() + gap * share);
    }
  }

  private static Chart chart(SelectionFigures test) {
    List<Double> shares =
        IntStream.rangeClosed(0, CURVE_STEPS).mapToObj(i -> 100.0 * i / CURVE_STEPS).toList();
    return Chart.lines(
            "curve-" + test.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-"),
            "Quality by cost: %s, %d prompts".formatted(test.name(), test.prompts()),
            "calls to the strong model, %",
            "mean quality")
        .line("predictor", shares, qualities(test, test.predictorCurve()))
        .line("prompt length", shares, qualities(test, test.lengthCurve()))
        .line(
            "shuffle (expected)",
            List.of(0.0, 100.0),
            List.of(test.cheapQuality(), test.strongQuality()))
        .build();
  }

  private static List<Double> qualities(SelectionFigures test, GapCurve curve) {
    return IntStream.rangeClosed(0, CURVE_STEPS)
        .mapToObj(i -> test.quality(curve, (double) i / CURVE_STEPS))
        .toList();
  }

  private ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("trained", !settings.train().isEmpty());
    json.put("train_prompts", card.prompts());
    json.put("regularisation", card.regularisation());
    ObjectNode each = json.putObject("tests");
    tests.forEach(test -> put(each.putObject(test.name()), test));
    put(json.putObject("overall"), overall);
    Figures.put(json, "decision_us_p50", time.p50Micros());
    Figures.put(json, "decision_us_p99", time.p99Micros());
    Figures.put(json, "long_prompt_us_p50", longTime.p50Micros());
    Figures.put(json, "long_prompt_us_p99", longTime.p99Micros());
    choice.put(json);
    return json;
  }

  private static void put(ObjectNode json, SelectionFigures test) {
    json.put("prompts", test.prompts());
    Figures.put(json, "weak_quality", test.cheapQuality());
    Figures.put(json, "strong_quality", test.strongQuality());
    put(json, "apgr", test.predictor().apgr());
    put(json, "cpt50", test.predictor().cpt50());
    put(json, "cpt80", test.predictor().cpt80());
    put(json, "length_apgr", test.length().apgr());
    put(json, "length_cpt50", test.length().cpt50());
    put(json, "length_cpt80", test.length().cpt80());
    put(json, "shuffle_apgr", test.shuffleApgr());
    put(json, "apgr_minus_length", test.advantage());
    PublishedResult.best(test.name())
        .ifPresent(
            best ->
                json.putObject("published")
                    .put("router", best.router())
                    .put("apgr", best.apgr())
                    .put("cpt50", best.cpt50())
                    .put("cpt80", best.cpt80()));
  }

  private static void put(ObjectNode json, String field, ResampledFigure estimate) {
    ObjectNode figures = json.putObject(field);
    Figures.put(figures, "value", estimate.value());
    Figures.put(figures, "low", estimate.low());
    Figures.put(figures, "high", estimate.high());
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    notes.add(
        settings.train().isEmpty()
            ? "the predictor was trained before, on %d prompts: %s"
                .formatted(
                    card.prompts(),
                    String.join(", ", card.data().stream().map(ModelCard.Source::name).toList()))
            : "the predictor was trained in this run on %d prompts, and has not seen the tests"
                .formatted(card.prompts()));
    notes.add(
        "the predictor and prompt length see the text only, never the test's name; intervals are"
            + " the percentile bootstrap over prompts (%d resamples), the shuffle's are the middle"
                .formatted(SelectionMetrics.RESAMPLES)
            + " 95% of as many shuffles");
    for (SelectionFigures test : all()) {
      notes.add(
          "%s: %s APGR above prompt length (95%% %s)"
              .formatted(test.name(), three(test.advantage().value()), range(test.advantage(), 3)));
    }
    notes.add("published figures are over the whole benchmarks, of which the tests may be parts");
    notes.add(
        String.format(
            Locale.ROOT,
            "a decision takes p50 %.0f us, p99 %.0f us on one core, warm (%d decisions); of 2,000"
                + " tokens p50 %.0f us, p99 %.0f us",
            time.p50Micros(),
            time.p99Micros(),
            time.count(),
            longTime.p50Micros(),
            longTime.p99Micros()));
    notes.addAll(choice.notes());
    notes.add(
        "trained on an operator's own outcomes a predictor learns from the prompts that its models"
            + " were chosen for: the strong model's outcomes are then of prompts that looked hard,"
            + " the cheap one's of easy ones, and their difference is no measure of the gain; send"
            + " a random share of prompts to both, or to either at random, and train on those");
    return notes;
  }

  private static String range(ResampledFigure estimate, int decimals) {
    String form = "%." + decimals + "f..%." + decimals + "f";
    return String.format(Locale.ROOT, form, estimate.low(), estimate.high());
  }

  private static String three(double figure) {
    return String.format(Locale.ROOT, "%.3f", figure);
  }

  private static String one(double figure) {
    return String.format(Locale.ROOT, "%.1f", figure);
  }
}
