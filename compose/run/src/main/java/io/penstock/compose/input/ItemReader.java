package io.penstock.compose.input;

import java.io.IOException;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A reader one item ahead. A file that breaks off in its midst ends with an item that says so. */
abstract class ItemReader implements InputReader {

  private @Nullable InputItem ahead;
  private boolean ended;

  /** The next item, or null at the end. */
  abstract @Nullable InputItem read() throws IOException;

  /** The line that was read last. */
  abstract long line();

  @Override
  public final boolean hasNext() {
    if (ahead == null && !ended) {
      try {
        ahead = read();
      } catch (IOException e) {
        ahead =
            new InputItem.Bad(
                line() + 1,
                "the file cannot be read any further: %s; is it whole?".formatted(e.getMessage()));
        ended = true;
        return true;
      }
      ended = ahead == null;
    }
    return ahead != null;
  }

  @Override
  public final InputItem next() {
    InputItem item = hasNext() ? ahead : null;
    if (item == null) {
      throw new NoSuchElementException("the file has ended");
    }
    ahead = null;
    return item;
  }
}
