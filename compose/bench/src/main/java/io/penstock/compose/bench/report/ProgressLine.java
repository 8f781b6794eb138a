package io.penstock.compose.bench.report;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes on stderr, without a terminal, how far a benchmark is. */
sealed interface ProgressLine {

  /** It is this far, from 0 to 1. */
  record Share(double done) implements ProgressLine {}

  /** It does this now. */
  record Phase(String name) implements ProgressLine {}

  Pattern SHARE = Pattern.compile("(\\d{1,9}) of ([1-9]\\d{0,8})");

  /** Returns what a line says of a benchmark's progress, or empty if it is something else. */
  static Optional<ProgressLine> of(String bench, String line) {
    String start = bench + ": ";
    if (!line.startsWith(start)) {
      return Optional.empty();
    }
    String rest = line.substring(start.length());
    Matcher share = SHARE.matcher(rest);
    return Optional.of(
        share.matches()
            ? new Share(
                (double) Integer.parseInt(share.group(1)) / Integer.parseInt(share.group(2)))
            : new Phase(rest));
  }
}
