package io.penstock.compose.bench.report;

import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** Composes the page of all benchmarks. */
final class ReportPage {

  /**
   * A benchmark on the page.
   *
   * @param name as in the command
   * @param title what it measures, a sentence
   */
  record Entry(String name, String title, BenchOutcome outcome) {}

  private ReportPage() {}

  /**
   * The page as Markdown.
   *
   * @param command that wrote it
   */
  static String of(String command, MachineFacts machine, List<Entry> entries) {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # Benchmarks

        Written by `%s`; changes by hand are lost with the next run. Each part names the command
        that repeats it alone. Figures compare within a part: load, Penstock and its peers share one machine. Look at
        the load average before you trust a figure: above 0.5, others were at work.

        Machine: %s.

        | benchmark | state | started | took | load average before |
        | --- | --- | --- | --- | --- |
        """
            .formatted(command, machine.text()));
    entries.forEach(each -> page.append(row(each)));
    entries.forEach(each -> page.append(section(each)));
    return page.toString();
  }

  private static String row(Entry entry) {
    return switch (entry.outcome()) {
      case BenchOutcome.Measured(var _, var trustworthy, var startedAt, var seconds, var load) ->
          String.format(
              Locale.ROOT,
              "| [%s](#%s) | %s | %s | %.0f s | %.2f |\n",
              entry.name(),
              entry.name(),
              trustworthy ? "measured" : "measured, **not trustworthy**: see its notes",
              startedAt.truncatedTo(ChronoUnit.MINUTES),
              seconds,
              load);
      case BenchOutcome.Failed _ ->
          "| [%s](#%s) | **failed** | - | - | - |\n".formatted(entry.name(), entry.name());
      case BenchOutcome.NotRun _ -> "| %s | not run | - | - | - |\n".formatted(entry.name());
    };
  }

  private static String section(Entry entry) {
    String heading = "\n## %s\n\n%s\n\n".formatted(entry.name(), entry.title());
    return switch (entry.outcome()) {
      case BenchOutcome.Measured measured -> heading + measured.section();
      case BenchOutcome.Failed(String reason) ->
          heading + "Failed:\n\n```\n" + reason.strip() + "\n```\n";
      case BenchOutcome.NotRun _ -> "";
    };
  }
}
