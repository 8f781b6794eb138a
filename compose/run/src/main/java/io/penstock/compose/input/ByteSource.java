package io.penstock.compose.input;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/** The bytes of a file one by one, and how many were taken. */
final class ByteSource implements Closeable {

  private static final int BUFFER = 1 << 16;

  private final InputStream stream;
  private final byte[] buffer = new byte[BUFFER];
  private int next;
  private int end;
  private long taken;

  ByteSource(InputStream stream) {
    this.stream = stream;
  }

  /** The next byte, from 0 to 255, or -1 at the end. */
  int read() throws IOException {
    int value = peek();
    if (value >= 0) {
      next++;
      taken++;
    }
    return value;
  }

  /** The next byte, which stays the next one, or -1 at the end. */
  int peek() throws IOException {
    if (next == end) {
      next = 0;
      end = Math.max(0, stream.read(buffer));
    }
    return end == 0 ? -1 : buffer[next] & 0xFF;
  }

  /** Returns how many bytes were read. */
  long taken() {
    return taken;
  }

  void skip(long count) throws IOException {
    for (long i = 0; i < count && read() >= 0; i++) {
      // Reading is what skips.
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
