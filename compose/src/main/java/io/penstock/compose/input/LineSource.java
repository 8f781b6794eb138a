package io.penstock.compose.input;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Lines of UTF-8 text ended by LF or CR LF, each decoded by itself, so that one badly encoded or
 * endless line does not spoil the others.
 */
final class LineSource implements Closeable {

  /** The longest line read, in bytes: above the largest request that a cluster may accept. */
  static final int MAX_LINE_BYTES = 64 * 1024 * 1024;

  /** One line; exactly one of text and problem is there. */
  record Line(long number, @Nullable String text, @Nullable String problem) {}

  private final InputStream stream;
  private final int maxLineBytes;
  private long number;

  LineSource(InputStream stream) {
    this(stream, MAX_LINE_BYTES);
  }

  LineSource(InputStream stream, int maxLineBytes) {
    this.stream = stream;
    this.maxLineBytes = maxLineBytes;
  }

  /** The next line, or null at the end. */
  @Nullable Line next() throws IOException {
    int first = stream.read();
    if (first < 0) {
      return null;
    }
    number++;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    boolean tooLong = false;
    for (int b = first; b >= 0 && b != '\n'; b = stream.read()) {
      if (bytes.size() < maxLineBytes) {
        bytes.write(b);
      } else {
        tooLong = true;
      }
    }
    if (tooLong) {
      return new Line(
          number, null, "the line is longer than " + maxLineBytes + " bytes; split or shorten it");
    }
    return decode(bytes.toByteArray());
  }

  private Line decode(byte[] bytes) {
    int length = bytes.length;
    if (length > 0 && bytes[length - 1] == '\r') {
      length--;
    }
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString();
      return new Line(number, text, null);
    } catch (CharacterCodingException e) {
      return new Line(number, null, "the line is not UTF-8; save the file as UTF-8");
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
