package io.penstock.compose.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressLineTest {

  @Test
  void aShareAPhaseAndAnythingElseAreToldApart() {
    assertThat(ProgressLine.of("depth", "depth: 250 of 1000"))
        .contains(new ProgressLine.Share(0.25));
    assertThat(ProgressLine.of("depth", "depth: filling to 1000"))
        .contains(new ProgressLine.Phase("filling to 1000"));
    assertThat(ProgressLine.of("depth", "error: no memory")).isEmpty();
    assertThat(ProgressLine.of("depth", "depth: 1 of 0"))
        .contains(new ProgressLine.Phase("1 of 0"));
  }
}
