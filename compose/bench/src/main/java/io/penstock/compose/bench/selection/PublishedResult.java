package io.penstock.compose.bench.selection;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What RouteLLM's authors and others published for a benchmark, by APGR over all its prompts; the
 * test files are parts of them.
 *
 * @param benchmark lower case, part of a test file's name
 * @param router whose it is
 */
record PublishedResult(String benchmark, String router, double apgr, double cpt50, double cpt80) {

  private static final List<PublishedResult> ALL =
      List.of(
          new PublishedResult("gsm8k", "RouteLLM, best published", 0.622, 33.6, 63.3),
          new PublishedResult("gsm8k", "prompt length, published", 0.598, 36.5, 66.9),
          new PublishedResult("mmlu", "RouteLLM, best published", 0.603, 35.4, 71.6),
          new PublishedResult("mmlu", "prompt length, published", 0.586, 35.9, 69.1));

  static List<PublishedResult> of(String testName) {
    String name = testName.toLowerCase(Locale.ROOT);
    return ALL.stream().filter(each -> name.contains(each.benchmark())).toList();
  }

  static Optional<PublishedResult> best(String testName) {
    return of(testName).stream().findFirst();
  }
}
