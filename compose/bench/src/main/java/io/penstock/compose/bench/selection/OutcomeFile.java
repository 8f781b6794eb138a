package io.penstock.compose.bench.selection;

import io.penstock.streams.score.complexity.training.LabelledPrompt;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * Prompts with the outcomes of a cheap ("weak") and a strong model: CSV, UTF-8, with the columns
 * {@code prompt, weak_correct, strong_correct}; others are ignored. The outcomes are from 0 to 1;
 * where only one model's is known, the other's is empty.
 */
public final class OutcomeFile {

  /** The columns that are read. */
  public static final List<String> COLUMNS = List.of("prompt", "weak_correct", "strong_correct");

  private static final CSVFormat FORMAT =
      CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).get();

  private OutcomeFile() {}

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if anything in it is wrong; names file, line and remedy
   */
  public static List<LabelledPrompt> read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "%s is no file; give a CSV file with the columns %s"
              .formatted(file, String.join(", ", COLUMNS)));
    }
    List<LabelledPrompt> prompts = new ArrayList<>();
    // Unlike a parser of a path, such a reader does not pass over bytes that are no UTF-8.
    try (Reader reader = Files.newBufferedReader(file);
        CSVParser rows = FORMAT.parse(reader)) {
      requireColumns(file, rows);
      long line = rows.getCurrentLineNumber() + 1;
      for (CSVRecord row : rows) {
        prompts.add(prompt(file, line, row));
        line = rows.getCurrentLineNumber() + 1;
      }
    } catch (MalformedInputException e) {
      throw notUtf8(file, e);
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof MalformedInputException) {
        throw notUtf8(file, e);
      }
      throw new IllegalArgumentException(
          "%s is no proper CSV: %s; quote texts that have commas, quotes or line breaks, and double"
                  .formatted(file, e.getCause().getMessage())
              + " the quotes in them",
          e);
    }
    if (prompts.isEmpty()) {
      throw new IllegalArgumentException(file + " has no rows; give one prompt a row");
    }
    return prompts;
  }

  private static IllegalArgumentException notUtf8(Path file, Exception cause) {
    return new IllegalArgumentException(file + " is not in UTF-8; convert it", cause);
  }

  private static void requireColumns(Path file, CSVParser rows) {
    for (String column : COLUMNS) {
      if (!rows.getHeaderMap().containsKey(column)) {
        throw new IllegalArgumentException(
            "%s line 1: there is no column %s among %s; name the columns %s in the first line"
                .formatted(file, column, rows.getHeaderNames(), String.join(", ", COLUMNS)));
      }
    }
  }

  private static LabelledPrompt prompt(Path file, long line, CSVRecord row) {
    if (!row.isConsistent()) {
      throw new IllegalArgumentException(
          "%s line %d: it has %d fields, the first line has %d; quote texts with commas"
              .formatted(file, line, row.size(), row.getParser().getHeaderNames().size()));
    }
    try {
      return new LabelledPrompt(
          file.getFileName().toString(),
          row.get("prompt"),
          quality(row, "weak_correct"),
          quality(row, "strong_correct"));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("%s line %d: %s".formatted(file, line, e.getMessage()), e);
    }
  }

  private static @Nullable Double quality(CSVRecord row, String column) {
    String text = row.get(column).trim();
    if (text.isEmpty()) {
      return null;
    }
    try {
      return Double.valueOf(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s is '%s'; give a number from 0 to 1".formatted(column, text), e);
    }
  }
}
