package io.penstock.compose.bench.selection;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Figures;
import java.util.List;
import java.util.Locale;

/** Table, JSON and notes of the time that choosing takes. */
record ChoiceReport(List<ChoiceBench.Row> rows) {

  BenchTable table() {
    BenchTable table =
        new BenchTable(
            "choice", "models", "chosen by", "p50 us", "p99 us", "requests/s", "more us", "rate %");
    for (ChoiceBench.Row row : rows) {
      ChoiceBench.Row base = base(row);
      table.row(
          row.models(),
          row.by(),
          row.p50Micros(),
          row.p99Micros(),
          row.perSecond(),
          row.p50Micros() - base.p50Micros(),
          100 * Figures.ratio(row.perSecond(), base.perSecond()));
    }
    return table;
  }

  void put(ObjectNode json) {
    ArrayNode array = json.putArray("choice");
    for (ChoiceBench.Row row : rows) {
      ObjectNode each = array.addObject().put("models", row.models()).put("by", row.by());
      Figures.put(each, "us_p50", row.p50Micros());
      Figures.put(each, "us_p99", row.p99Micros());
      Figures.put(each, "requests_per_second", row.perSecond());
      Figures.put(each, "rate_ratio", Figures.ratio(row.perSecond(), base(row).perSecond()));
    }
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
