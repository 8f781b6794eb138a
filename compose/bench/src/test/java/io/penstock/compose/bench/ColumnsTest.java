package io.penstock.compose.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.cli.Column;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ColumnsTest {

  private record Row(long sent, double millis) {}

  private static final Columns<Row> COLUMNS =
      Columns.of(
          Column.of("sent", "sent", Row::sent),
          Column.<Row, Double>of("took s", "took_ms", Row::millis, millis -> millis / 1e3),
          Column.shown("twice", row -> 2 * row.sent()),
          Column.field("lost", row -> row.sent() == 0 ? null : row.sent() - 1));

  private final ObjectNode json = JsonNodeFactory.instance.objectNode();
  private final Map<String, Row> rows = new LinkedHashMap<>();

  ColumnsTest() {
    rows.put("first", new Row(3, 1234.5678));
    rows.put("second", new Row(0, Double.NaN));
  }

  @Test
  void aTableHasTheColumnsWithAHeadingAsAPersonReadsThem() {
    BenchTable table = COLUMNS.table("name", List.copyOf(rows.values()));
    assertThat(table.columns()).containsExactly("sent", "took s", "twice");
    assertThat(table.text()).containsExactly(List.of("3", "1.23", "6"), List.of("0", "-", "0"));
  }

  @Test
  void rowsWithNamesBeginWithThem() {
    BenchTable table = COLUMNS.table("name", "round", rows);
    assertThat(table.columns()).containsExactly("round", "sent", "took s", "twice");
    assertThat(table.text()).first().isEqualTo(List.of("first", "3", "1.23", "6"));
  }

  @Test
  void jsonHasTheFieldsToThreeDecimalsAndNullForWhatWasNotMeasured() {
    COLUMNS.putEach(json, rows);
    assertThat(json)
        .hasToString(
            "{\"first\":{\"sent\":3,\"took_ms\":1234.568,\"lost\":2},"
                + "\"second\":{\"sent\":0,\"took_ms\":null,\"lost\":null}}");
  }

  @Test
  void jsonByFieldHasTheValuesOfAllRowsTogether() {
    COLUMNS.putByField(json, rows);
    assertThat(json)
        .hasToString(
            "{\"sent\":{\"first\":3,\"second\":0},\"took_ms\":{\"first\":1234.568,\"second\":null},"
                + "\"lost\":{\"first\":2,\"second\":null}}");
  }
}
