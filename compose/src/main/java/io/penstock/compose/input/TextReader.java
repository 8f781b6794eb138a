package io.penstock.compose.input;

import java.util.Optional;

/** A text on each line. */
final class TextReader extends LineReader {

  TextReader(LineSource lines) {
    super(lines);
  }

  @Override
  InputItem parse(long line, String text) {
    return new InputItem.Text(line, Optional.empty(), text.strip());
  }
}
