package io.penstock.broker.batches.run;

import io.penstock.broker.batches.input.InputJudge;
import io.penstock.broker.batches.input.InputVerdict;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Judges whole input files. Safe for use by many threads. */
@FunctionalInterface
public interface InputJudging {

  /** Opens a file at its beginning. */
  @FunctionalInterface
  interface Source {
    InputStream open() throws IOException;
  }

  /**
   * Judges a file to its end, unless the verdict is no longer wanted. Blocks.
   *
   * @param tenant whose it is
   * @param file opened when it is its turn, and closed
   * @param judge that has seen nothing yet
   * @param unwanted completed, by any thread, once the verdict is no longer wanted
   * @return empty if it was no longer wanted before it was there
   */
  Optional<InputVerdict> judge(
      String tenant, Source file, InputJudge judge, CompletableFuture<Void> unwanted)
      throws IOException;
}
