package io.penstock.compose.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.bench.report.ReportPage.Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportPageTest {

  private static final MachineFacts MACHINE =
      new MachineFacts(2, "A CPU", 24_000_000_000L, "Linux");
  private static final BenchOutcome GOOD =
      new BenchOutcome.Measured(
          "the section\n", true, Instant.parse("2026-11-22T12:00:30Z"), 12.4, 0.25);

  @TempDir Path folder;

  private static String page(BenchOutcome outcome) {
    return ReportPage.of(
        "./penstock bench all", MACHINE, List.of(new Entry("depth", "What it costs.", outcome)));
  }

  @Test
  void aMeasuredBenchmarkHasItsRowAndItsSection() {
    assertThat(page(GOOD))
        .contains("Machine: 2 processors (A CPU), 24 GB of memory, Linux.")
        .contains("| [depth](#depth) | measured | 2026-11-22T12:00:00Z | 12 s | 0.25 |")
        .contains("\n## depth\n\nWhat it costs.\n\nthe section\n");
  }

  @Test
  void aFailedBenchmarkIsShownWithItsReason() {
    assertThat(page(new BenchOutcome.Failed("exit code 1\nno port")))
        .contains("| [depth](#depth) | **failed** |")
        .contains("```\nexit code 1\nno port\n```");
  }

  @Test
  void doubtIsShown() {
    assertThat(page(new BenchOutcome.Measured("s", false, Instant.EPOCH, 1, 2)))
        .contains("**not trustworthy**");
  }

  @Test
  void whatWasNotRunHasARowOnly() {
    assertThat(page(new BenchOutcome.NotRun()))
        .contains("| depth | not run |")
        .doesNotContain("## depth");
  }

  @Test
  void theProcessorsModelIsRead() {
    assertThat(MachineFacts.modelIn(List.of("processor\t: 0", "model name\t: A: CPU", "x : y")))
        .isEqualTo("A: CPU");
    assertThat(MachineFacts.modelIn(List.of())).isEmpty();
  }

  @Test
  void thePageKeepsWhatTheFolderHasOfBenchmarksThatWereNotRunNow() throws Exception {
    ReportFolder report = new ReportFolder(folder);
    Files.writeString(
        folder.resolve("old.json"),
        """
        {"trustworthy":true,"circumstances":{"started_at":"2026-11-21T08:00:00Z","took_s":3}}\
        """);
    Files.writeString(folder.resolve("old.md"), "old figures\n");
    Map<String, String> titles = new LinkedHashMap<>();
    titles.put("old", "Old.");
    titles.put("new", "New.");
    Path page = report.write("cmd", titles, Map.of("new", GOOD));
    assertThat(Files.readString(page)).containsSubsequence("old figures", "the section");
  }

  @Test
  void forgettingABenchmarkLeavesTheOthers() throws Exception {
    ReportFolder report = new ReportFolder(folder);
    for (String name :
        List.of("depth.json", "depth.md", "depth-a.csv", "depth-b.svg", "fleet.md")) {
      Files.createFile(folder.resolve(name));
    }
    report.forget("depth");
    assertThat(folder)
        .isDirectoryNotContaining("glob:**depth*")
        .isDirectoryContaining("glob:**fleet.md");
  }
}
