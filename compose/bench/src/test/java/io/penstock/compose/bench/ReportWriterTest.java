package io.penstock.compose.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportWriterTest {

  @TempDir Path folder;

  @Test
  void everyTableAndChartHasAFileOfItsOwn() throws Exception {
    List<Path> files = new ReportWriter(folder.resolve("new"), true).write(Sample.report());
    assertThat(files)
        .extracting(file -> file.getFileName().toString())
        .containsExactly(
            "sample-latency.csv",
            "sample.json",
            "sample-curve.svg",
            "sample-columns.svg",
            "sample.md");
    assertThat(files).allSatisfy(file -> assertThat(file).isNotEmptyFile());
  }

  @Test
  void chartsAreDrawnOnlyWhenAskedForAndTheMarkdownShowsNoneThen() throws Exception {
    List<Path> files = new ReportWriter(folder, false).write(Sample.report());
    assertThat(files)
        .extracting(file -> file.getFileName().toString())
        .containsExactly("sample-latency.csv", "sample.json", "sample.md");
    assertThat(folder.resolve("sample.md")).content().doesNotContain("svg");
  }

  @Test
  void csvHasFiguresInFullAndNothingForWhatWasNotMeasured() throws Exception {
    new ReportWriter(folder, true).write(Sample.report());
    assertThat(Files.readAllLines(folder.resolve("sample-latency.csv")))
        .containsExactly(
            "rate/s,p50 ms,why", "50.0,1.23456,\"warm, idle\"", "200.0,,\"say \"\"none\"\"\"");
  }

  @Test
  void chartsAreSvgWithTheirTitleAndSeries() throws Exception {
    new ReportWriter(folder, true).write(Sample.report());
    assertThat(Files.readString(folder.resolve("sample-curve.svg")))
        .contains("<svg")
        .contains("<title>A curve: ms, by rate; p50</title>");
  }

  @Test
  void jsonNamesTheSeedTheCommandAndTheLoadBesideTheFigures() throws Exception {
    new ReportWriter(folder, true).write(Sample.report());
    var json = new ObjectMapper().readTree(folder.resolve("sample.json").toFile());
    assertThat(json.at("/bench").asText()).isEqualTo("sample");
    assertThat(json.at("/command").asText()).isEqualTo("./penstock bench sample --seed 7");
    assertThat(json.at("/seed").asLong()).isEqualTo(7);
    assertThat(json.at("/lease_p50_ms").asDouble()).isEqualTo(1.235);
    assertThat(json.at("/trustworthy").asBoolean()).isTrue();
    assertThat(json.at("/circumstances/load_before").asDouble()).isEqualTo(0.5);
  }
}
