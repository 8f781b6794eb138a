package io.penstock.compose.bench.report;

import java.time.Instant;

/** The outcome of one benchmark. */
public sealed interface BenchOutcome {

  /**
   * It measured, in this run or an earlier one into the same folder.
   *
   * @param section its part of the page, below the heading
   * @param trustworthy whether it measured what it set out to
   * @param startedAt when
   * @param seconds how long it took
   * @param loadBefore the load average when it began
   */
  record Measured(
      String section, boolean trustworthy, Instant startedAt, double seconds, double loadBefore)
      implements BenchOutcome {}

  /**
   * It failed.
   *
   * @param reason what it said last
   */
  record Failed(String reason) implements BenchOutcome {}

  /** It was not run, and the folder has nothing of it. */
  record NotRun() implements BenchOutcome {}
}
