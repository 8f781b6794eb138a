package io.penstock.schemas.errors;

import org.jspecify.annotations.Nullable;

/**
 * Tells an error that says the process is damaged from one that a record or a request can cause by
 * itself. A loop outlives the latter, such as a stack that overflowed on deep nesting or a class
 * that is missing for a rare case. The former has to end the loop: what comes after it cannot be
 * trusted.
 */
public final class FatalErrors {

  private FatalErrors() {}

  /**
   * Returns whether the heap is exhausted or the virtual machine itself failed, here or in a cause.
   * No record can exhaust the heap alone: whoever reads one bounds what it may allocate.
   */
  public static boolean isFatal(Throwable thrown) {
    int looked = 0;
    for (@Nullable Throwable each = thrown; each != null && looked < 100; each = each.getCause()) {
      if (each instanceof VirtualMachineError && !(each instanceof StackOverflowError)) {
        return true;
      }
      looked++;
    }
    return false;
  }

  /** Throws the error on if it is fatal, and returns if the loop may go on. */
  public static void throwIfFatal(Throwable thrown) {
    if (thrown instanceof Error error && isFatal(error)) {
      throw error;
    }
  }
}
