package io.penstock.compose.bench.fairness;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Figures;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.Spread;
import io.penstock.compose.chart.Chart;
import io.penstock.streams.dispatch.fairness.Leeway;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Tables, chart and JSON of a comparison.
 *
 * @param runs by policy, one for each repeat
 * @param floods one for each repeat
 */
record FairnessReport(
    FairnessBenchSettings settings,
    Map<String, List<FairnessBench.Run>> runs,
    List<Flood.Outcome> floods) {

  private record Published(int most, int mean, int tokensPerSecond) {}

  /** Recomputed from the logs in the paper's artifact: its own trace, one A10G. */
  private static final Map<String, Published> PUBLISHED =
      Map.of(
          "fcfs", new Published(760, 434, 777),
          "least_counter_first", new Published(751, 324, 778),
          "rate_limit_5_per_min", new Published(144, 84, 340),
          "vtc", new Published(368, 252, 779),
          "vtc_known_lengths", new Published(330, 228, 781));

  Findings findings() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("trace", settings.traceName())
        .put("profile", settings.profile())
        .put("workers", settings.workers())
        .put("repeats", settings.repeats());
    return new Findings(
        List.of(policies(json.putObject("policies")), flood(json.putObject("flood"))),
        List.of(chart()),
        json,
        notes());
  }

  private BenchTable policies(ObjectNode json) {
    BenchTable table =
        new BenchTable(
            "policies",
            "policy",
            "max diff",
            "min..max",
            "avg diff",
            "min..max",
            "tokens/s",
            "published max/avg/tokens/s");
    runs.forEach(
        (policy, repeats) -> {
          Spread most = spread(repeats, run -> run.difference().most());
          Spread mean = spread(repeats, run -> run.difference().mean());
          Spread rate = spread(repeats, FairnessBench.Run::tokensPerSecond);
          Published paper = PUBLISHED.get(policy);
          table.row(
              policy,
              most.median(),
              most.range(),
              mean.median(),
              mean.range(),
              rate.median(),
              "%d/%d/%d".formatted(paper.most(), paper.mean(), paper.tokensPerSecond()));
          ObjectNode figures = json.putObject(policy);
          Figures.put(figures, "max_diff", most.median());
          Figures.put(figures, "avg_diff", mean.median());
          Figures.put(figures, "tokens_per_s", rate.median());
          FairnessBench.Run first = repeats.getFirst();
          Figures.put(figures, "first_max_diff", first.difference().most());
          Figures.put(figures, "first_avg_diff", first.difference().mean());
          figures
              .putObject("published")
              .put("max_diff", paper.most())
              .put("avg_diff", paper.mean())
              .put("tokens_per_s", paper.tokensPerSecond());
        });
    return table;
  }

  private BenchTable flood(ObjectNode json) {
    BenchTable table =
        new BenchTable("flood", "quiet tenant", "ttft p99 ms", "min..max", "of alone", "min..max");
    addFlood(table, json, "alone", "quiet_alone", Flood.Outcome::aloneMillis);
    addFlood(table, json, "flooded", "quiet_flooded", Flood.Outcome::fairMillis);
    addFlood(
        table,
        json,
        "flooded, by leeway only",
        "quiet_flooded_by_leeway",
        Flood.Outcome::heavyMillis);
    addFlood(
        table, json, "flooded, shares off", "quiet_flooded_unfair", Flood.Outcome::unfairMillis);
    return table;
  }

  private void addFlood(
      BenchTable table,
      ObjectNode json,
      String label,
      String name,
      ToDoubleFunction<Flood.Outcome> millis) {
    Spread times = spread(floods, millis);
    Spread ratios =
        spread(floods, flood -> Figures.ratio(millis.applyAsDouble(flood), flood.aloneMillis()));
    Figures.put(json, name + "_ttft_p99_ms", times.median());
    table.row(label, times.median(), times.range(), ratios.median(), ratios.range());
  }

  private Chart chart() {
    Chart.Builder chart =
        Chart.lines(
            "difference",
            "Difference of service among tenants: %s, %s (simulated, first repeat)"
                .formatted(settings.traceName(), settings.profile()),
            "seconds",
            "weighted tokens/s");
    runs.forEach(
        (policy, repeats) -> {
          ServiceDifference first = repeats.getFirst().difference();
          chart.line(policy, first.seconds(), first.differences());
        });
    return chart.build();
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    Leeway leeway = settings.fairness().leeway(settings.serviceClass());
    notes.add(
        "difference of service by the metric of the VTC paper (OSDI 2024), weighted tokens/s in"
            + " windows of 60 s; medians of %d repeats, the first is the trace itself, in the others"
                .formatted(settings.repeats())
            + " arrivals move by up to 0.5 s; published figures are of one run of the paper's trace"
            + " on a real A10G, comparable with --trace vtc_lmsys_arena.csv only");
    notes.add(
        "vtc: tolerance %.0f, bound %.0f weighted tokens, predicted lengths; least_counter_first is"
                .formatted(leeway.tolerance(), leeway.bound())
            + " the same with credit for idleness");
    return notes;
  }

  private static <T> Spread spread(List<T> repeats, ToDoubleFunction<T> figure) {
    return Spread.of(repeats.stream().mapToDouble(figure).toArray());
  }
}
