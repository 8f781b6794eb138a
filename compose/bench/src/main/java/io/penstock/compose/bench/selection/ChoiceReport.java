package io.penstock.compose.bench.selection;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Columns;
import io.penstock.compose.bench.Figures;
import io.penstock.compose.cli.Column;
import java.util.List;
import java.util.Locale;

/** Table, JSON and notes of the time that choosing takes. */
record ChoiceReport(List<ChoiceBench.Row> rows) {

  private Columns<ChoiceBench.Row> columns() {
    return Columns.of(
        Column.of("models", "models", ChoiceBench.Row::models),
        Column.of("chosen by", "by", ChoiceBench.Row::by),
        Column.of("p50 us", "us_p50", ChoiceBench.Row::p50Micros),
        Column.of("p99 us", "us_p99", ChoiceBench.Row::p99Micros),
        Column.of("requests/s", "requests_per_second", ChoiceBench.Row::perSecond),
        Column.shown("more us", row -> row.p50Micros() - base(row).p50Micros()),
        Column.of(
            "rate %",
            "rate_ratio",
            row -> Figures.ratio(row.perSecond(), base(row).perSecond()),
            ratio -> 100 * ratio));
  }

  BenchTable table() {
    return columns().table("choice", rows);
  }

  void put(ObjectNode json) {
    ArrayNode array = json.putArray("choice");
    rows.forEach(row -> columns().put(array.addObject(), row));
  }

  List<String> notes() {
    return List.of(
        String.format(
            Locale.ROOT,
            "choice: time to score one request in full, its checks and the counting of its tokens"
                + " included, on one thread, warm (%d requests each); 'more us' and 'rate %%' are"
                + " beside taking the model by its name alone",
            rows.getFirst().count()),
        "choice: without Kafka; in the score job the commit of a batch takes milliseconds, so the"
            + " rate of the job falls by less than that of scoring alone");
  }

  /** The plainest case with as many models. */
  private ChoiceBench.Row base(ChoiceBench.Row row) {
    return rows.stream().filter(each -> each.models() == row.models()).findFirst().orElseThrow();
  }
}
