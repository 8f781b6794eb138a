package io.penstock.compose.bench.trace;

/**
 * One request of a trace.
 *
 * @param arrivalMillis when it came, from the start of the trace
 * @param inputTokens 1 or more
 * @param outputTokens 1 or more
 * @param tenant who sent it
 * @param type what kind it is, such as {@code code} or {@code conv}
 */
public record TraceRow(
    double arrivalMillis, int inputTokens, int outputTokens, String tenant, String type) {

  public TraceRow {
    if (!(arrivalMillis >= 0) || Double.isInfinite(arrivalMillis)) {
      throw new IllegalArgumentException(
          "timestamp is %s; it must be 0 or more".formatted(arrivalMillis));
    }
    requirePositive("input tokens", inputTokens);
    requirePositive("output tokens", outputTokens);
  }

  private static void requirePositive(String name, int tokens) {
    if (tokens < 1) {
      throw new IllegalArgumentException("%s are %d; 1 is the least".formatted(name, tokens));
    }
  }
}
