package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** How many records of the log a report is without, since they could not be read. */
final class UnreadableRecords {

  /** The field of a report, as the front has it. */
  private static final String FIELD = "unreadable";

  private UnreadableRecords() {}

  static ObjectNode put(ObjectNode report, long count) {
    return report.put(FIELD, count);
  }

  static void warn(Console console, JsonNode report) {
    long count = report.path(FIELD).asLong();
    if (count > 0) {
      console.warn(
          "the report is without %d %s of the log that could not be read"
              .formatted(count, count == 1 ? "record" : "records"));
    }
  }
}
