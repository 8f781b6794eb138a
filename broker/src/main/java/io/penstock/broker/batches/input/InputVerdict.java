package io.penstock.broker.batches.input;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a batch can run an input file. */
public sealed interface InputVerdict {

  /**
   * It can.
   *
   * @param requests how many the file has, 1 or more
   * @param model the one that all of them name; null where they name several
   */
  record Accepted(int requests, @Nullable String model) implements InputVerdict {}

  /**
   * It cannot, and none of its requests is run.
   *
   * @param faults 1 or more, in the order of the file
   */
  record Refused(List<InputFault> faults) implements InputVerdict {

    public Refused {
      faults = List.copyOf(faults);
    }
  }
}
