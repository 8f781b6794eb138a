package io.penstock.broker.batches.run;

import io.penstock.broker.batches.input.InputJudge;
import io.penstock.broker.batches.input.InputVerdict;
import java.io.IOException;
import java.io.InputStream;

/** Judges whole input files. Safe for use by many threads. */
@FunctionalInterface
public interface InputJudging {

  /** Opens a file at its beginning. */
  @FunctionalInterface
  interface Source {
    InputStream open() throws IOException;
  }

  /**
   * Judges a file to its end. Blocks.
   *
   * @param tenant whose it is
   * @param file opened when it is its turn, and closed
   * @param judge that has seen nothing yet
   */
  InputVerdict judge(String tenant, Source file, InputJudge judge) throws IOException;
}
