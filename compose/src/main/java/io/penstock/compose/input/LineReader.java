package io.penstock.compose.input;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A reader of one item a line; blank lines are passed over. */
abstract class LineReader implements InputReader {

  private final LineSource lines;
  private @Nullable InputItem ahead;

  LineReader(LineSource lines) {
    this.lines = lines;
  }

  /** The item on this line, which is not blank. */
  abstract InputItem parse(long line, String text);

  @Override
  public boolean hasNext() {
    if (ahead == null) {
      ahead = read();
    }
    return ahead != null;
  }

  @Override
  public InputItem next() {
    InputItem item = hasNext() ? ahead : null;
    if (item == null) {
      throw new NoSuchElementException("the file has ended");
    }
    ahead = null;
    return item;
  }

  private @Nullable InputItem read() {
    try {
      for (LineSource.Line line = lines.next(); line != null; line = lines.next()) {
        if (line.problem() != null) {
          return new InputItem.Bad(line.number(), line.problem());
        }
        if (line.text() != null && !line.text().isBlank()) {
          return parse(line.number(), line.text());
        }
      }
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
