package io.penstock.compose.input;

import java.io.IOException;
import java.io.InputStream;

/**
 * UTF-16 as UTF-8. Half a surrogate pair becomes bytes that no UTF-8 has, so that its line is
 * refused and not altered.
 */
final class Utf16Stream extends InputStream {

  private static final int NONE = -2;

  private final InputStream stream;
  private final boolean bigEndian;
  private final byte[] encoded = new byte[4];
  private int next;
  private int end;
  private int ahead = NONE;

  Utf16Stream(InputStream stream, boolean bigEndian) {
    this.stream = stream;
    this.bigEndian = bigEndian;
  }

  @Override
  public int read() throws IOException {
    if (next == end && !encode()) {
      return -1;
    }
    return encoded[next++] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int count = 0;
    while (count < length) {
      int value = read();
      if (value < 0) {
        return count == 0 ? -1 : count;
      }
      target[offset + count++] = (byte) value;
    }
    return count;
  }

  private boolean encode() throws IOException {
    int first = unit();
    if (first < 0) {
      return false;
    }
    int point = first;
    if (Character.isHighSurrogate((char) first)) {
      int second = unit();
      if (second >= 0 && Character.isLowSurrogate((char) second)) {
        point = Character.toCodePoint((char) first, (char) second);
      } else {
        ahead = second;
      }
    }
    next = 0;
    end = 0;
    if (point < 0x80) {
      put(point);
    } else if (point < 0x800) {
      put(0xC0 | (point >> 6));
      put(0x80 | (point & 0x3F));
    } else {
      if (point < 0x10000) {
        put(0xE0 | (point >> 12));
      } else {
        put(0xF0 | (point >> 18));
        put(0x80 | ((point >> 12) & 0x3F));
      }
      put(0x80 | ((point >> 6) & 0x3F));
      put(0x80 | (point & 0x3F));
    }
    return true;
  }

  private void put(int value) {
    encoded[end++] = (byte) value;
  }

  /** The next two bytes as a number; a single last byte is half of nothing. */
  private int unit() throws IOException {
    if (ahead != NONE) {
      int unit = ahead;
      ahead = NONE;
      return unit;
    }
    int one = stream.read();
    int other = stream.read();
    if (one < 0) {
      return -1;
    }
    if (other < 0) {
      throw new IOException("its UTF-16 ends within a character");
    }
    return bigEndian ? (one << 8) | other : (other << 8) | one;
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
