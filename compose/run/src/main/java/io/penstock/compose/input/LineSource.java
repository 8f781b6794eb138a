package io.penstock.compose.input;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Lines of UTF-8 text, each as its bytes without what ends it: LF or CR LF, or a CR in a file
 * without any LF. A badly encoded or endless line does not spoil the others, and no more of it is
 * held than may be.
 */
final class LineSource implements Closeable {

  /** One line; exactly one of bytes and problem is there. */
  record Line(long number, byte @Nullable [] bytes, @Nullable String problem) {}

  private final ByteSource source;
  private final int maxLineBytes;
  private final int newline;
  private long number;

  /**
   * @param maxLineBytes the longest line handed out
   * @param endedByCr whether a CR by itself ends a line
   */
  LineSource(ByteSource source, int maxLineBytes, boolean endedByCr) {
    this.source = source;
    this.maxLineBytes = maxLineBytes;
    this.newline = endedByCr ? '\r' : '\n';
  }

  /** The next line, or null at the end. */
  @Nullable Line next() throws IOException {
    if (source.peek() < 0) {
      return null;
    }
    number++;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    long length = 0;
    for (int b = source.read(); b >= 0 && b != newline; b = source.read()) {
      if (b == '\r' && source.peek() == newline) {
        continue;
      }
      length++;
      if (length <= maxLineBytes) {
        bytes.write(b);
      }
    }
    if (length > maxLineBytes) {
      return new Line(
          number,
          null,
          "the line has %d bytes and at most %d are read; split or shorten it"
              .formatted(length, maxLineBytes));
    }
    byte[] line = bytes.toByteArray();
    return JsonObjectText.isUtf8(line)
        ? new Line(number, line, null)
        : new Line(number, null, "the line is not UTF-8; save the file as UTF-8");
  }

  /** The number of the line that was read last. */
  long number() {
    return number;
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
