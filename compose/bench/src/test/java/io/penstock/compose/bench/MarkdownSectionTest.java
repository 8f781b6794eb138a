package io.penstock.compose.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MarkdownSectionTest {

  @Test
  void aSectionHasTheCommandTheTablesTheChartsAndTheNotes() {
    assertThat(MarkdownSection.of(Sample.report(), Sample.report().findings().charts()))
        .contains("```\n./penstock bench sample --seed 7\n```")
        .contains("| rate/s | p50 ms | why |\n| --- | --- | --- |\n| 50.0 | 1.23 | warm, idle |\n")
        .contains("| 200 | - | say \"none\" |")
        .contains("![A curve](sample-curve.svg)")
        .contains("- warm-up 1 s\n")
        .contains("[latency](sample-latency.csv)");
  }

  @Test
  void whatWouldBreakATableIsEscaped() {
    BenchReport sample = Sample.report();
    Findings findings =
        new Findings(
            java.util.List.of(new BenchTable("t", "a|b").row("x\ny|z")),
            java.util.List.of(),
            sample.findings().json(),
            java.util.List.of("one\n  two"));
    assertThat(
            MarkdownSection.of(
                new BenchReport("n", "c", 1, findings, sample.circumstances()), findings.charts()))
        .contains("| a\\|b |\n| --- |\n| x y\\|z |")
        .contains("- one two\n");
  }
}
