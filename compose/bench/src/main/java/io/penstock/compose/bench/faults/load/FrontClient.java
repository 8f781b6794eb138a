package io.penstock.compose.bench.faults.load;

import java.io.IOException;
import java.util.random.RandomGenerator;

/** A kind of client of the fronts. Several threads may take steps of one at once. */
interface FrontClient {

  /**
   * Does one thing from its begin to its end, over all that breaks meanwhile.
   *
   * @throws IllegalStateException if the front did not keep a promise, which the message says
   */
  void step(RandomGenerator random) throws IOException, InterruptedException;

  /** How many things it did. */
  long done();
}
