package io.penstock.compose.input;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A text on each line, sent as it stands there; lines of nothing but white space are passed over.
 */
final class TextReader extends ItemReader {

  private final LineSource lines;

  TextReader(LineSource lines) {
    this.lines = lines;
  }

  @Override
  @Nullable InputItem read() throws IOException {
    for (LineSource.Line line = lines.next(); line != null; line = lines.next()) {
      if (line.bytes() == null) {
        return new InputItem.Bad(line.number(), String.valueOf(line.problem()));
      }
      String text = new String(line.bytes(), UTF_8);
      if (!text.isBlank()) {
        return new InputItem.Text(line.number(), Optional.empty(), text);
      }
    }
    return null;
  }

  @Override
  long line() {
    return lines.number();
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
