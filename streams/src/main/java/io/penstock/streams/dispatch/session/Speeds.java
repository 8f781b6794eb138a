package io.penstock.streams.dispatch.session;

/**
 * The speeds assumed of a worker until it has observed itself.
 *
 * @param prefillTokensPerSecond how fast it reads prompts, positive
 * @param decodeTokensPerSecond how fast it generates one sequence, positive
 */
public record Speeds(double prefillTokensPerSecond, double decodeTokensPerSecond) {

  /** About an 8B model on one data-centre GPU. */
  public static final Speeds DEFAULT = new Speeds(10_000, 50);

  public Speeds {
    if (!(prefillTokensPerSecond > 0) || !(decodeTokensPerSecond > 0)) {
      throw new IllegalArgumentException("speeds must be positive, in tokens per second");
    }
  }
}
