package io.penstock.compose.bench.front;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Figures;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Tables and JSON of what was measured.
 *
 * @param rounds by rate
 * @param lingering streams whose chunks wait, beside those whose chunks do not
 * @param takeOvers seconds from each kill until another instance answered; empty if not measured
 */
record FrontReport(
    FrontSettings settings,
    Map<Double, Rounds> rounds,
    Lingering lingering,
    List<Double> takeOvers) {

  /** The rounds of one rate, through the front and direct in turns. */
  record Rounds(List<CallLatency> through, List<CallLatency> direct) {}

  /**
   * Streams at the headline rate.
   *
   * @param atOnceCpu milliseconds of processor time a stream, of the whole process
   * @param laterCpu the same with linger
   */
  record Lingering(
      List<CallLatency> atOnce,
      List<CallLatency> later,
      List<Double> atOnceCpu,
      List<Double> laterCpu) {}

  private record Column(String name, ToDoubleFunction<CallLatency> of) {}

  private static final List<Column> COLUMNS =
      List.of(
          new Column("wait_p50_ms", CallLatency::waitP50),
          new Column("wait_p99_ms", CallLatency::waitP99),
          new Column("first_token_p50_ms", CallLatency::firstTokenP50),
          new Column("first_token_p99_ms", CallLatency::firstTokenP99),
          new Column("last_token_p50_ms", CallLatency::lastTokenP50),
          new Column("last_token_p99_ms", CallLatency::lastTokenP99));

  private static final List<Column> OF_STREAMS = COLUMNS.subList(2, COLUMNS.size());

  Findings findings() {
    List<BenchTable> tables = new ArrayList<>();
    BenchTable latency =
        new BenchTable(
            "latency", "calls/s", "latency", "median", "min..max", "engine direct", "added");
    rounds.forEach(
        (rate, each) ->
            COLUMNS.forEach(
                column -> {
                  Spread through = spread(each.through(), column);
                  double direct = spread(each.direct(), column).median();
                  latency.row(
                      rate,
                      column.name(),
                      through.median(),
                      through.range(),
                      direct,
                      through.median() - direct);
                }));
    tables.add(latency);
    tables.add(lingerTable());
    if (!takeOvers.isEmpty()) {
      Spread spread = Spread.of(takeOvers);
      tables.add(
          new BenchTable("take-over", "kills", "median s", "most s")
              .row(spread.count(), spread.median(), spread.most()));
    }
    long bad = bad();
    return new Findings(tables, List.of(), json(bad), notes(bad), bad == 0);
  }

  private BenchTable lingerTable() {
    BenchTable table =
        new BenchTable(
            "linger",
            "streams at %.0f/s".formatted(settings.headline()),
            "each chunk at once",
            "linger %d ms".formatted(settings.linger().toMillis()));
    OF_STREAMS.forEach(
        column ->
            table.row(
                column.name(),
                spread(lingering.atOnce(), column).median(),
                spread(lingering.later(), column).median()));
    return table.row(
        "cpu_ms_a_stream",
        Spread.of(lingering.atOnceCpu()).median(),
        Spread.of(lingering.laterCpu()).median());
  }

  private static Spread spread(List<CallLatency> rounds, Column column) {
    return Spread.of(rounds.stream().mapToDouble(column.of()).toArray());
  }

  private long bad() {
    return Stream.concat(
            rounds.values().stream()
                .flatMap(each -> Stream.concat(each.through().stream(), each.direct().stream())),
            Stream.concat(lingering.atOnce().stream(), lingering.later().stream()))
        .mapToLong(CallLatency::bad)
        .sum();
  }

  private ObjectNode json(long bad) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("headline_rate", settings.headline());
    Rounds headline = rounds.get(settings.headline());
    if (headline != null) {
      put(json, headline);
    }
    ObjectNode linger = json.putObject("linger");
    linger.put("linger_ms", settings.linger().toMillis());
    OF_STREAMS.forEach(
        column -> {
          Figures.put(linger, column.name(), spread(lingering.later(), column).median());
          Figures.put(
              linger, "at_once_" + column.name(), spread(lingering.atOnce(), column).median());
        });
    Figures.put(linger, "cpu_ms_a_stream", Spread.of(lingering.laterCpu()).median());
    Figures.put(linger, "at_once_cpu_ms_a_stream", Spread.of(lingering.atOnceCpu()).median());
    if (!takeOvers.isEmpty()) {
      Figures.put(json, "take_over_s", Spread.of(takeOvers).median());
      Figures.put(json, "take_over_most_s", Spread.of(takeOvers).most());
    }
    json.put("bad", bad);
    ObjectNode byRate = json.putObject("rates");
    rounds.forEach(
        (rate, each) -> put(byRate.putObject(String.format(Locale.ROOT, "%.0f", rate)), each));
    return json;
  }

  private static void put(ObjectNode json, Rounds rounds) {
    for (Column column : COLUMNS) {
      double through = spread(rounds.through(), column).median();
      double direct = spread(rounds.direct(), column).median();
      Figures.put(json, column.name(), through);
      Figures.put(json, "direct_" + column.name(), direct);
      Figures.put(json, "added_" + column.name(), through - direct);
    }
  }

  private List<String> notes(long bad) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "each round waits for whole answers, then reads streams of %d chunks, %d ms apart; the front"
                .formatted(settings.tokens(), settings.gap().toMillis())
            + " and the engine direct in turns, %d rounds of %d s or %d calls; figures are medians of"
                .formatted(
                    settings.repeats(), settings.round().toSeconds(), FrontSettings.LEAST_CALLS)
            + " the rounds");
    notes.add(
        "the engine is a stub that answers at once over HTTP; client, front, Kafka, all jobs, the"
            + " workers and the stub share this machine and, but for the registry, one JVM; latency"
            + " counts from when a call was due (coordinated omission)");
    if (!takeOvers.isEmpty()) {
      notes.add(
          "take-over: from kill -9 of one of two instances, each in a process of its own, until the"
              + " other has answered for a request of the killed one; the session time-out is the"
              + " default");
    }
    if (bad > 0) {
      notes.add(bad + " calls had no answer or a failure: do not trust these figures");
    }
    return notes;
  }
}
