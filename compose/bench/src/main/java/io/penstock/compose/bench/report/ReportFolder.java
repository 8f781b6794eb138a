package io.penstock.compose.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.compose.bench.report.ReportPage.Entry;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A folder of what benchmarks wrote, with a page that shows all of it. */
public final class ReportFolder {

  /** Shown by code hosts to whoever opens the folder. */
  public static final String PAGE = "README.md";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path folder;

  /**
   * @param folder is made if it is not there
   */
  public ReportFolder(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder);
  }

  public Path path() {
    return folder;
  }

  /** Removes what an earlier run of a benchmark left, so that nothing old passes for new. */
  public void forget(String bench) throws IOException {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, bench + "{.json,.md,-*.csv,-*.svg}")) {
      for (Path each : files) {
        Files.delete(each);
      }
    }
  }

  /** Returns what the folder has of a benchmark. */
  public BenchOutcome outcome(String bench) throws IOException {
    Path json = folder.resolve(bench + ".json");
    Path section = folder.resolve(bench + ".md");
    if (!Files.exists(json) || !Files.exists(section)) {
      return new BenchOutcome.NotRun();
    }
    JsonNode report = MAPPER.readTree(json.toFile());
    JsonNode circumstances = report.path("circumstances");
    return new BenchOutcome.Measured(
        Files.readString(section),
        report.path("trustworthy").asBoolean(),
        Instant.parse(circumstances.path("started_at").asText()),
        circumstances.path("took_s").asDouble(),
        circumstances.path("load_before").asDouble());
  }

  /**
   * Writes the page.
   *
   * @param command that does so
   * @param titles of all benchmarks by name, in the page's order
   * @param outcomes of those that were run now; of the others the page has what the folder has
   */
  public Path write(String command, Map<String, String> titles, Map<String, BenchOutcome> outcomes)
      throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (var title : titles.entrySet()) {
      BenchOutcome now = outcomes.get(title.getKey());
      entries.add(
          new Entry(title.getKey(), title.getValue(), now == null ? outcome(title.getKey()) : now));
    }
    Path page = folder.resolve(PAGE);
    Files.writeString(page, ReportPage.of(command, MachineFacts.ofThis(), entries));
    return page;
  }
}
