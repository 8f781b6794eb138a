package io.penstock.schemas.reading;

import io.penstock.schemas.errors.FatalErrors;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.RetriableException;

/**
 * Keeps one record from ending the loop that reads it, which would only read it again. Whatever is
 * thrown over a record is taken for its fault, except where another try helps or the process is
 * damaged.
 */
public final class RecordFaults {

  private RecordFaults() {}

  /**
   * Passes a record on.
   *
   * @param skipped receives what was thrown, if that was the record's fault
   * @throws RetriableException such as while the registry is away
   * @throws Error if it is fatal
   */
  public static void guard(Runnable pass, Consumer<Throwable> skipped) {
    try {
      pass.run();
    } catch (RetriableException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      FatalErrors.throwIfFatal(e);
      skipped.accept(e);
    }
  }
}
