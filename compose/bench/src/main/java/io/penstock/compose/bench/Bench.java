package io.penstock.compose.bench;

/** One benchmark, made with its settings. */
@FunctionalInterface
public interface Bench {

  /**
   * Runs to the end.
   *
   * @param progress told how far it is
   * @throws Exception whatever kept it from measuring
   */
  Findings run(BenchProgress progress) throws Exception;
}
