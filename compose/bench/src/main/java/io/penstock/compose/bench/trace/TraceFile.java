package io.penstock.compose.bench.trace;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;

/**
 * Reads a recorded trace: CSV with the columns {@code timestamp_ms, input_tokens, output_tokens,
 * tenant, type} (others are ignored), or Mooncake's JSON lines with {@code timestamp, input_length,
 * output_length}. Rows without output, which some traces have, count one token.
 */
public final class TraceFile {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NO_NAME = "default";

  private TraceFile() {}

  /**
   * Reads a file, by its ending.
   *
   * @return its requests by arrival, the first at 0
   * @throws IllegalArgumentException if a line is wrong; the message names file, line and field
   */
  public static List<TraceRow> read(Path file) throws IOException {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    List<TraceRow> rows;
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      if (name.endsWith(".csv")) {
        rows = csv(reader);
      } else if (name.endsWith(".jsonl")) {
        rows = jsonLines(reader);
      } else {
        throw new IllegalArgumentException("the name must end in .csv or .jsonl");
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("%s: %s".formatted(file, e.getMessage()), e);
    }
    if (rows.isEmpty()) {
      throw new IllegalArgumentException(file + ": there is no request in it");
    }
    return fromZero(rows);
  }

  private static List<TraceRow> csv(Reader reader) throws IOException {
    CSVFormat format =
        CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).setTrim(true).get();
    List<TraceRow> rows = new ArrayList<>();
    try (var records = format.parse(reader)) {
      for (CSVRecord row : records) {
        try {
          rows.add(
              new TraceRow(
                  Double.parseDouble(row.get("timestamp_ms")),
                  Integer.parseInt(row.get("input_tokens")),
                  Math.max(1, Integer.parseInt(row.get("output_tokens"))),
                  row.isMapped("tenant") ? row.get("tenant") : NO_NAME,
                  row.isMapped("type") ? row.get("type") : NO_NAME));
        } catch (IllegalArgumentException e) {
          throw atLine(row.getRecordNumber() + 1, e);
        }
      }
    }
    return rows;
  }

  private static List<TraceRow> jsonLines(BufferedReader reader) throws IOException {
    List<TraceRow> rows = new ArrayList<>();
    long line = 0;
    for (String text = reader.readLine(); text != null; text = reader.readLine()) {
      line++;
      if (text.isBlank()) {
        continue;
      }
      try {
        JsonNode row = JSON.readTree(text);
        rows.add(
            new TraceRow(
                row.required("timestamp").asDouble(),
                row.required("input_length").asInt(),
                Math.max(1, row.required("output_length").asInt()),
                row.path("tenant").asText(NO_NAME),
                row.path("type").asText(NO_NAME)));
      } catch (IOException | IllegalArgumentException e) {
        throw atLine(line, e);
      }
    }
    return rows;
  }

  private static IllegalArgumentException atLine(long line, Exception cause) {
    return new IllegalArgumentException("line %d: %s".formatted(line, cause.getMessage()), cause);
  }

  private static List<TraceRow> fromZero(List<TraceRow> rows) {
    rows.sort(Comparator.comparingDouble(TraceRow::arrivalMillis));
    double first = rows.getFirst().arrivalMillis();
    return rows.stream()
        .map(
            row ->
                new TraceRow(
                    row.arrivalMillis() - first,
                    row.inputTokens(),
                    row.outputTokens(),
                    row.tenant(),
                    row.type()))
        .toList();
  }
}
