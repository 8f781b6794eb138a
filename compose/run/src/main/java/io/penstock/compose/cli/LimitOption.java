package io.penstock.compose.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How much of a list is shown. */
final class LimitOption {

  @Option(names = "--limit", paramLabel = "N", description = "Show N at most (default: all).")
  @Nullable Long limit;

  void validate() {
    if (limit != null && limit < 1) {
      throw CliException.usage("--limit is %d; it must be 1 or more".formatted(limit));
    }
  }

  long most() {
    return limit == null ? Long.MAX_VALUE : limit;
  }
}
