package io.penstock.compose.bench;

import io.penstock.compose.chart.Chart;
import io.penstock.compose.chart.SvgChart;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * Writes a report into a folder: {@code BENCH-TABLE.csv} for each table, {@code BENCH-CHART.svg}
 * for each chart if asked, {@code BENCH.md} with all of them to read, and {@code BENCH.json}. Files
 * of an earlier run are replaced.
 */
public final class ReportWriter {

  private static final CSVFormat CSV = CSVFormat.RFC4180.builder().setNullString("").get();

  private final Path folder;

  private final boolean drawing;

  /**
   * @param folder is made if it is not there
   * @param drawing whether charts are drawn, and shown by the Markdown
   */
  public ReportWriter(Path folder, boolean drawing) {
    this.folder = folder;
    this.drawing = drawing;
  }

  /** Writes everything, the figures first, and returns the files. */
  public List<Path> write(BenchReport report) throws IOException {
    Files.createDirectories(folder);
    List<Path> files = new ArrayList<>();
    for (BenchTable table : report.findings().tables()) {
      files.add(writeTable(report, table));
    }
    Path json = folder.resolve(report.name() + ".json");
    Files.writeString(json, report.toJson().toPrettyString() + "\n");
    files.add(json);
    List<Chart> charts = drawing ? report.findings().charts() : List.of();
    for (Chart chart : charts) {
      Path file = file(report, chart.name(), "svg");
      Files.writeString(file, SvgChart.of(chart));
      files.add(file);
    }
    Path section = folder.resolve(report.name() + ".md");
    Files.writeString(section, MarkdownSection.of(report, charts));
    files.add(section);
    return files;
  }

  private Path writeTable(BenchReport report, BenchTable table) throws IOException {
    Path file = file(report, table.name(), "csv");
    try (Writer writer = Files.newBufferedWriter(file);
        CSVPrinter csv = new CSVPrinter(writer, CSV)) {
      csv.printRecord(table.columns());
      for (List<Object> row : table.rows()) {
        csv.printRecord(row);
      }
    }
    return file;
  }

  private Path file(BenchReport report, String part, String ending) {
    return folder.resolve("%s-%s.%s".formatted(report.name(), part, ending));
  }
}
