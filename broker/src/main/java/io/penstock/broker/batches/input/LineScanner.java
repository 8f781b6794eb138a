package io.penstock.broker.batches.input;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Cuts bytes into lines and keeps one of them in memory. Lines end with LF or CRLF; the last may
 * lack its end. A byte order mark at the beginning of the file is skipped. For use by one thread.
 */
final class LineScanner {

  private static final int CHUNK = 64 * 1024;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  /** Where the bytes come from. */
  @FunctionalInterface
  interface Source {

    /** Reads like a stream, but returns 0 where there are no more bytes now and may be later. */
    int read(byte[] into, int from, int length) throws IOException;
  }

  /** What {@link #find} has found. */
  enum Found {
    LINE,
    /** The line is not complete, and the source has no more bytes now. */
    MORE_TO_COME,
    END
  }

  private final Source source;
  private final int longest;

  private byte[] buffer = new byte[CHUNK];
  private long base;
  private int position;
  private int filled;
  private boolean atBeginning;

  private long number;
  private int from;
  private int looked;
  private int length;
  private boolean tooLong;
  private boolean within;

  /**
   * @param in at the beginning of a line
   * @param offset how many bytes of the file lie before it; 0 at its beginning
   * @param longest the most bytes that a line may have without its end; a longer one is read over
   */
  LineScanner(InputStream in, long offset, int longest) {
    this(in::read, offset, longest);
  }

  /** The same for a source that may have bytes later. */
  LineScanner(Source source, long offset, int longest) {
    this.source = source;
    this.base = offset;
    this.longest = longest;
    this.atBeginning = offset == 0;
  }

  /** Goes to the next line of a stream; false if there is none. */
  boolean next() throws IOException {
    return find() == Found.LINE;
  }

  /** Goes to the next line, or on with it where it was not complete. */
  Found find() throws IOException {
    if (!within) {
      within = true;
      from = position;
      looked = 0;
      tooLong = false;
    }
    if (atBeginning && !skipByteOrderMark()) {
      return Found.MORE_TO_COME;
    }
    while (true) {
      int newline = newline(from + looked);
      if (newline >= 0) {
        return found(newline, newline + 1);
      }
      looked = filled - from;
      if (looked > longest + 1) {
        tooLong = true;
        base += filled;
        filled = 0;
        from = 0;
        looked = 0;
      }
      int read = fill();
      if (read == 0) {
        return Found.MORE_TO_COME;
      }
      if (read < 0) {
        within = false;
        return filled > from || tooLong ? found(filled, filled) : Found.END;
      }
    }
  }

  /** How many lines were passed, this one included. */
  long number() {
    return number;
  }

  /** Where the next line begins, as an offset in the file. */
  long end() {
    return base + position;
  }

  /** What holds the line until the next call of {@link #next()}. */
  byte[] buffer() {
    return buffer;
  }

  /** Where it begins in the buffer. */
  int from() {
    return from;
  }

  /** How many bytes it has without its end; 0 if it is too long. */
  int length() {
    return length;
  }

  boolean tooLong() {
    return tooLong;
  }

  boolean blank() {
    for (int at = from; at < from + length; at++) {
      if (buffer[at] != ' ' && buffer[at] != '\t' && buffer[at] != '\r') {
        return false;
      }
    }
    return !tooLong;
  }

  private Found found(int contentEnd, int next) {
    within = false;
    number++;
    position = next;
    length = contentEnd - from;
    if (length > 0 && buffer[contentEnd - 1] == '\r') {
      length--;
    }
    if (length > longest) {
      tooLong = true;
    }
    if (tooLong) {
      length = 0;
    }
    return Found.LINE;
  }

  private int newline(int looked) {
    for (int at = looked; at < filled; at++) {
      if (buffer[at] == '\n') {
        return at;
      }
    }
    return -1;
  }

  /** Reads more behind the line's beginning, which moves to the front of the buffer. */
  private int fill() throws IOException {
    if (from > 0) {
      System.arraycopy(buffer, from, buffer, 0, filled - from);
      base += from;
      filled -= from;
      from = 0;
    }
    if (filled == buffer.length) {
      buffer = Arrays.copyOf(buffer, (int) Math.min(2L * filled, (long) longest + CHUNK));
    }
    int read = source.read(buffer, filled, buffer.length - filled);
    filled += Math.max(0, read);
    return read;
  }

  /** Whether it is known if there is one. */
  private boolean skipByteOrderMark() throws IOException {
    int read = 1;
    while (filled < BYTE_ORDER_MARK.length && read > 0) {
      read = fill();
    }
    if (read == 0) {
      return false;
    }
    atBeginning = false;
    if (filled >= BYTE_ORDER_MARK.length
        && Arrays.equals(buffer, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, 3)) {
      from = BYTE_ORDER_MARK.length;
    }
    return true;
  }
}
