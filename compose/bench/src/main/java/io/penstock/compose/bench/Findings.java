package io.penstock.compose.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.chart.Chart;
import java.util.List;

/**
 * The findings of a benchmark.
 *
 * @param tables the first is the one that a reader looks at first
 * @param charts pictures of the same figures
 * @param json the stable machine-readable form, without what {@link BenchReport} adds
 * @param notes what a reader must know to read the figures right: warm-up, what ran beside what
 * @param trustworthy whether the run measured what it set out to; if not, the notes say why
 */
public record Findings(
    List<BenchTable> tables,
    List<Chart> charts,
    ObjectNode json,
    List<String> notes,
    boolean trustworthy) {

  public Findings {
    tables = List.copyOf(tables);
    charts = List.copyOf(charts);
    notes = List.copyOf(notes);
  }

  public Findings(
      List<BenchTable> tables, List<Chart> charts, ObjectNode json, List<String> notes) {
    this(tables, charts, json, notes, true);
  }
}
