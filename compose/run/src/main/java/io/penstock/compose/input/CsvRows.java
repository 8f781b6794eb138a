package io.penstock.compose.input;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of separated values as RFC 4180 has them, each cell as its bytes. It never holds more of a
 * row than a row may have.
 */
final class CsvRows implements Closeable {

  private static final int QUOTE = '"';

  /**
   * One row.
   *
   * @param line where it begins
   * @param cells empty where there is a problem
   * @param unclosed whether its last quote is never closed, so that it takes the rest of the file
   * @param tooLarge whether it is larger than a row may be
   */
  record Row(
      long line,
      List<byte[]> cells,
      @Nullable String problem,
      boolean unclosed,
      boolean tooLarge) {}

  private final ByteSource source;
  private final int separator;
  private final int maxRowBytes;
  private final List<byte[]> cells = new ArrayList<>();
  private ByteArrayOutputStream cell = new ByteArrayOutputStream();
  private long line;
  private long rowBytes;
  private long afterOpeningLine;
  private long openingLine;

  /**
   * @param lines how many lines of the file were taken from the source before
   */
  CsvRows(ByteSource source, char separator, int maxRowBytes, long lines) {
    this.source = source;
    this.separator = separator;
    this.maxRowBytes = maxRowBytes;
    this.line = lines;
  }

  /** The next row that is not an empty line, or null at the end. */
  @Nullable Row next() throws IOException {
    while (isNewline(source.peek())) {
      newline();
    }
    if (source.peek() < 0) {
      return null;
    }
    cells.clear();
    cell = new ByteArrayOutputStream();
    rowBytes = 0;
    long begin = line + 1;
    boolean unclosed = false;
    String problem = null;
    do {
      if (source.peek() == QUOTE) {
        unclosed = !quoted();
        problem = unclosed ? unclosed() : afterQuote();
      } else {
        plain();
      }
      cells.add(cell.toByteArray());
      cell.reset();
    } while (problem == null && source.peek() == separator && source.read() >= 0);
    if (problem != null) {
      skipLine();
    }
    if (isNewline(source.peek())) {
      newline();
    } else {
      line++;
    }
    boolean tooLarge = rowBytes > maxRowBytes;
    if (tooLarge && problem == null) {
      problem =
          "the row has %d bytes and at most %d are read; split or shorten it"
              .formatted(rowBytes, maxRowBytes);
    }
    return new Row(
        begin, problem == null ? List.copyOf(cells) : List.of(), problem, unclosed, tooLarge);
  }

  /** Where the line after that of an unclosed quote begins: bytes from the start of the source. */
  long afterOpeningLine() {
    return afterOpeningLine;
  }

  /** The line of the quote that was opened last. */
  long openingLine() {
    return openingLine;
  }

  /** Returns how many lines were read. */
  long lines() {
    return line;
  }

  /** Takes a quoted cell; false if its quote is never closed. */
  private boolean quoted() throws IOException {
    source.read();
    openingLine = line + 1;
    afterOpeningLine = -1;
    while (true) {
      int b = source.read();
      if (b < 0) {
        return false;
      }
      if (b == QUOTE) {
        if (source.peek() != QUOTE) {
          return true;
        }
        source.read();
      } else if (b == '\n' || (b == '\r' && source.peek() != '\n')) {
        line++;
        if (afterOpeningLine < 0) {
          afterOpeningLine = source.taken();
        }
      }
      keep(b);
    }
  }

  private void plain() throws IOException {
    for (int b = source.peek(); b >= 0 && b != separator && !isNewline(b); b = source.peek()) {
      keep(source.read());
    }
  }

  private void keep(int b) {
    rowBytes++;
    if (rowBytes <= maxRowBytes) {
      cell.write(b);
    }
  }

  private String unclosed() {
    return "the quote that opens on line %d is never closed; close it, and write a quote inside quotes twice (RFC 4180)"
        .formatted(openingLine);
  }

  private @Nullable String afterQuote() throws IOException {
    int next = source.peek();
    if (next < 0 || next == separator || isNewline(next)) {
      return null;
    }
    return "the quote that opens on line %d is closed on line %d, and text follows it; write a quote inside quotes twice (RFC 4180)"
        .formatted(openingLine, line + 1);
  }

  private void skipLine() throws IOException {
    for (int b = source.peek(); b >= 0 && !isNewline(b); b = source.peek()) {
      source.read();
    }
  }

  private void newline() throws IOException {
    if (source.read() == '\r' && source.peek() == '\n') {
      source.read();
    }
    line++;
  }

  private static boolean isNewline(int b) {
    return b == '\n' || b == '\r';
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
