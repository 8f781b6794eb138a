package io.penstock.compose.bench;

/** Receives how far a benchmark is. Implementations are thread-safe. */
public interface BenchProgress {

  /** Tells nobody. */
  BenchProgress NONE = (phase, fraction) -> {};

  /**
   * It is this far.
   *
   * @param phase what it does now, for a person
   * @param fraction how much of the whole benchmark is done, from 0 to 1; less than before is
   *     ignored
   */
  void at(String phase, double fraction);

  /** The same for a part that takes the whole from one fraction to another. */
  default BenchProgress part(double from, double to) {
    return (phase, fraction) -> at(phase, from + (to - from) * Math.clamp(fraction, 0, 1));
  }
}
