package io.penstock.broker.batches.input;

/**
 * What an input file may be.
 *
 * @param maxBytes the most bytes of the file
 * @param maxRequests the most requests in it
 * @param maxBodyBytes the most bytes of one request's body
 * @param maxFaults how many faults are listed; the others are counted
 */
public record InputLimits(long maxBytes, int maxRequests, int maxBodyBytes, int maxFaults) {

  /** OpenAI's: 200 MB. */
  public static final long MAX_BYTES = 209_715_200;

  /** OpenAI's. */
  public static final int MAX_REQUESTS = 50_000;

  /** For the fields of a line around the body. */
  private static final int AROUND_THE_BODY = 16 * 1024;

  public InputLimits {
    require("maxBytes", maxBytes);
    require("maxRequests", maxRequests);
    require("maxBodyBytes", maxBodyBytes);
    require("maxFaults", maxFaults);
  }

  /** OpenAI's limits, with bodies as large as the log takes them. */
  public static InputLimits of(int maxBodyBytes) {
    return new InputLimits(MAX_BYTES, MAX_REQUESTS, maxBodyBytes, 100);
  }

  int maxLineBytes() {
    return maxBodyBytes + AROUND_THE_BODY;
  }

  private static void require(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException("%s is %d; it must be 1 or more".formatted(name, value));
    }
  }
}
