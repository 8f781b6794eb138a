package io.penstock.compose.input;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * Rows of an RFC 4180 file with a {@code prompt} column and, if it likes, a {@code custom_id} one;
 * a quoted prompt may span lines.
 */
final class CsvReader implements InputReader {

  private static final String PROMPT = "prompt";
  private static final String CUSTOM_ID = "custom_id";

  private final CSVParser parser;
  private final Iterator<CSVRecord> records;
  private @Nullable InputItem ahead;
  private boolean broken;

  private CsvReader(CSVParser parser) {
    this.parser = parser;
    this.records = parser.iterator();
  }

  static CsvReader open(String name, InputStream stream) throws InputException {
    CSVFormat format =
        CSVFormat.RFC4180
            .builder()
            .setHeader()
            .setSkipHeaderRecord(true)
            .setIgnoreHeaderCase(true)
            .setIgnoreEmptyLines(true)
            .setAllowMissingColumnNames(true)
            .get();
    CSVParser parser;
    try {
      parser =
          CSVParser.builder()
              .setReader(
                  new InputStreamReader(
                      stream,
                      StandardCharsets.UTF_8
                          .newDecoder()
                          .onMalformedInput(CodingErrorAction.REPLACE)
                          .onUnmappableCharacter(CodingErrorAction.REPLACE)))
              .setFormat(format)
              .get();
    } catch (IOException | IllegalArgumentException | UncheckedIOException e) {
      throw new InputException(name + ": line 1: the header cannot be read: " + e.getMessage(), e);
    }
    List<String> columns = parser.getHeaderNames();
    if (columns.stream().noneMatch(PROMPT::equalsIgnoreCase)) {
      throw new InputException(
          "%s: line 1: there is no column named 'prompt' but %s; name the column to send 'prompt'"
              .formatted(name, columns));
    }
    return new CsvReader(parser);
  }

  @Override
  public boolean hasNext() {
    if (ahead == null && !broken) {
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
    long line = parser.getCurrentLineNumber() + 1;
    try {
      return records.hasNext() ? item(line, records.next()) : null;
    } catch (UncheckedIOException | IllegalStateException e) {
      broken = true;
      return new InputItem.Bad(
          line,
          "the quotes do not match, so the rest of the file cannot be read; close the quote, and"
              + " write a quote inside quotes twice (RFC 4180)");
    }
  }

  private static InputItem item(long line, CSVRecord row) {
    if (!row.isSet(PROMPT)) {
      return new InputItem.Bad(
          line, "the row has %d values and no prompt; add it".formatted(row.size()));
    }
    String prompt = row.get(PROMPT).strip();
    if (prompt.isEmpty()) {
      return new InputItem.Bad(line, "the prompt is empty; fill it in or remove the row");
    }
    if (prompt.indexOf('\uFFFD') >= 0) {
      return new InputItem.Bad(line, "the prompt is not UTF-8; save the file as UTF-8");
    }
    Optional<String> customId =
        row.isSet(CUSTOM_ID)
            ? Optional.of(row.get(CUSTOM_ID).strip()).filter(id -> !id.isEmpty())
            : Optional.empty();
    return new InputItem.Text(line, customId, prompt);
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
