package io.penstock.compose.bench;

import io.penstock.compose.chart.Chart;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** A report as the part of a Markdown page below its heading, with links to files beside it. */
final class MarkdownSection {

  private MarkdownSection() {}

  /**
   * The section, ending with a line break.
   *
   * @param charts those that were drawn into files beside it
   */
  static String of(BenchReport report, List<Chart> charts) {
    StringBuilder text = new StringBuilder();
    text.append("```\n").append(report.command()).append("\n```\n\n");
    for (BenchTable table : report.findings().tables()) {
      text.append(table(table)).append('\n');
    }
    for (Chart chart : charts) {
      text.append(
          "![%s](%s)\n\n".formatted(cell(chart.title()), file(report, chart.name(), "svg")));
    }
    for (String note : report.findings().notes()) {
      text.append("- ").append(oneLine(note)).append('\n');
    }
    text.append("- Run: ").append(report.circumstances().text()).append(".\n");
    text.append(
        "- Seed %d. Figures in full: [JSON](%s.json)".formatted(report.seed(), report.name()));
    for (BenchTable table : report.findings().tables()) {
      text.append(", [%s](%s)".formatted(table.name(), file(report, table.name(), "csv")));
    }
    return text.append(".\n").toString();
  }

  private static String table(BenchTable table) {
    String rows = table.text().stream().map(MarkdownSection::row).collect(Collectors.joining());
    return row(table.columns()) + row(Collections.nCopies(table.columns().size(), "---")) + rows;
  }

  private static String row(List<String> cells) {
    return cells.stream()
        .map(MarkdownSection::cell)
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private static String cell(String text) {
    return oneLine(text).replace("|", "\\|");
  }

  /** Returns what breaks lines would break tables and lists too. */
  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  private static String file(BenchReport report, String part, String ending) {
    return "%s-%s.%s".formatted(report.name(), part, ending);
  }
}
