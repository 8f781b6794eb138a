package io.penstock.compose.input;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rows of an RFC 4180 file with a {@code prompt} column and, if it likes, a {@code custom_id} one;
 * a quoted prompt may span lines. Cells are sent as they stand. The separator is the one of comma,
 * semicolon, tab and bar by which the header has a prompt column.
 */
final class CsvReader extends ItemReader {

  private static final String PROMPT = "prompt";
  private static final String CUSTOM_ID = "custom_id";
  private static final char[] SEPARATORS = {',', ';', '\t', '|'};
  private static final int MAX_HEADER_BYTES = 1 << 16;

  /** Opens the file's text at its beginning. */
  @FunctionalInterface
  interface Opener {
    InputStream open() throws IOException, InputException;
  }

  /** The columns that the header names. */
  private record Header(char separator, int columns, int prompt, int customId) {}

  private final Opener opener;
  private final Header header;
  private final int maxRowBytes;
  private CsvRows rows;

  private CsvReader(Opener opener, Header header, int maxRowBytes, CsvRows rows) {
    this.opener = opener;
    this.header = header;
    this.maxRowBytes = maxRowBytes;
    this.rows = rows;
  }

  /**
   * Reads the header.
   *
   * @param maxRowBytes the largest row whose cells are handed out
   * @throws InputException if the header names no prompt column, or one twice
   */
  static CsvReader open(String name, Opener opener, int maxRowBytes)
      throws IOException, InputException {
    Header header = header(name, opener);
    CsvRows rows = rows(opener, header.separator(), maxRowBytes);
    rows.next();
    return new CsvReader(opener, header, maxRowBytes, rows);
  }

  private static Header header(String name, Opener opener) throws IOException, InputException {
    for (char separator : SEPARATORS) {
      CsvRows.Row first = first(name, opener, separator);
      if (first.problem() == null && columns(first).contains(PROMPT)) {
        return header(name, columns(first), separator);
      }
    }
    CsvRows.Row first = first(name, opener, SEPARATORS[0]);
    if (first.problem() != null) {
      throw new InputException(
          "%s: line %d: the header cannot be read: %s"
              .formatted(name, first.line(), first.problem()));
    }
    throw new InputException(
        "%s: line 1: there is no column named 'prompt' but %s; name the column to send 'prompt'"
            .formatted(name, columns(first)));
  }

  private static CsvRows rows(Opener opener, char separator, int maxRowBytes)
      throws IOException, InputException {
    return new CsvRows(new ByteSource(opener.open()), separator, maxRowBytes, 0);
  }

  private static CsvRows.Row first(String name, Opener opener, char separator)
      throws IOException, InputException {
    try (CsvRows rows = rows(opener, separator, MAX_HEADER_BYTES)) {
      CsvRows.Row first = rows.next();
      if (first == null) {
        throw new InputException(name + ": there is nothing in it; add a header and rows");
      }
      return first;
    }
  }

  private static List<String> columns(CsvRows.Row first) {
    List<String> columns = new ArrayList<>();
    for (byte[] cell : first.cells()) {
      String column = new String(cell, UTF_8).strip();
      boolean ours = column.equalsIgnoreCase(PROMPT) || column.equalsIgnoreCase(CUSTOM_ID);
      columns.add(ours ? column.toLowerCase(Locale.ROOT) : column);
    }
    return columns;
  }

  private static Header header(String name, List<String> columns, char separator)
      throws InputException {
    for (String column : List.of(PROMPT, CUSTOM_ID)) {
      if (columns.indexOf(column) != columns.lastIndexOf(column)) {
        throw new InputException(
            "%s: line 1: the header names '%s' twice; rename the column that is not meant"
                .formatted(name, column));
      }
    }
    return new Header(
        separator, columns.size(), columns.indexOf(PROMPT), columns.indexOf(CUSTOM_ID));
  }

  @Override
  @Nullable InputItem read() throws IOException {
    CsvRows.Row row = rows.next();
    if (row == null) {
      return null;
    }
    if (row.problem() == null) {
      return item(row);
    }
    if (row.unclosed() && row.tooLarge()) {
      goOnAfterTheQuote();
      return new InputItem.Bad(row.line(), row.problem());
    }
    return new InputItem.Bad(
        row.line(),
        row.unclosed()
            ? "%s; the rows after it cannot be told apart".formatted(row.problem())
            : row.problem());
  }

  /** No prompt is that large: the quote is a slip, and the lines after it are rows again. */
  private void goOnAfterTheQuote() throws IOException {
    rows.close();
    try {
      ByteSource source = new ByteSource(opener.open());
      source.skip(rows.afterOpeningLine() < 0 ? Long.MAX_VALUE : rows.afterOpeningLine());
      rows = new CsvRows(source, header.separator(), maxRowBytes, rows.openingLine());
    } catch (InputException changed) {
      throw new IOException(changed.getMessage(), changed);
    }
  }

  private InputItem item(CsvRows.Row row) {
    List<byte[]> cells = row.cells();
    if (cells.size() > header.columns()) {
      return new InputItem.Bad(
          row.line(),
          "the row has %d values and the header %d; put a value that holds '%s' into quotes"
              .formatted(cells.size(), header.columns(), header.separator()));
    }
    if (cells.size() <= header.prompt()) {
      return new InputItem.Bad(
          row.line(), "the row has %d values and no prompt; add it".formatted(cells.size()));
    }
    byte[] prompt = cells.get(header.prompt());
    if (prompt.length == 0) {
      return new InputItem.Bad(row.line(), "the prompt is empty; fill it in or remove the row");
    }
    byte[] id =
        header.customId() < 0 || cells.size() <= header.customId()
            ? new byte[0]
            : cells.get(header.customId());
    if (!JsonObjectText.isUtf8(prompt) || !JsonObjectText.isUtf8(id)) {
      return new InputItem.Bad(row.line(), "the row is not UTF-8; save the file as UTF-8");
    }
    try {
      Optional<String> customId =
          Optional.of(new String(id, UTF_8)).filter(given -> !given.isEmpty());
      customId.ifPresent(CustomIds::requireLegal);
      return new InputItem.Text(row.line(), customId, new String(prompt, UTF_8));
    } catch (IllegalArgumentException e) {
      return new InputItem.Bad(row.line(), String.valueOf(e.getMessage()));
    }
  }

  @Override
  long line() {
    return rows.lines();
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
