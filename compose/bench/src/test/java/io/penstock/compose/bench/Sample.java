package io.penstock.compose.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.penstock.compose.chart.Chart;
import java.time.Instant;
import java.util.List;

/** A report with a bit of everything. */
final class Sample {

  private Sample() {}

  static BenchReport report() {
    BenchTable table =
        new BenchTable("latency", "rate/s", "p50 ms", "why")
            .row(50.0, 1.23456, "warm, idle")
            .row(200.0, null, "say \"none\"");
    Chart lines =
        Chart.lines("curve", "A curve", "rate", "ms")
            .logarithmic()
            .line("p50", List.of(1.0, 10.0), List.of(2.0, 30.0))
            .build();
    Chart bars =
        Chart.bars("columns", "Bars", "way", "ms", List.of("a", "b"))
            .logarithmic()
            .bar("p50", List.of(0.3, 2000.0))
            .build();
    return new BenchReport(
        "sample",
        "./penstock bench sample --seed 7",
        7,
        new Findings(
            List.of(table),
            List.of(lines, bars),
            Figures.put(JsonNodeFactory.instance.objectNode(), "lease_p50_ms", 1.23456),
            List.of("warm-up 1 s")),
        new Circumstances(Instant.parse("2026-11-22T12:00:00Z"), 12.34, 2, 512, "Linux", 0.5, 1.5));
  }
}
