package io.penstock.broker.batches.run;

import io.penstock.broker.batches.input.InputJudge;
import io.penstock.broker.batches.input.InputVerdict;
import java.io.IOException;

/** Judges whole input files. Safe for use by many threads. */
@FunctionalInterface
public interface InputJudging {

  /**
   * Judges a file to its end. Blocks.
   *
   * @param tenant whose it is
   * @param judge at the file's beginning
   */
  InputVerdict judge(String tenant, InputJudge judge) throws IOException;
}
