package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/** Columns of what the front lists. JSON shows its objects whole. */
final class FrontFields {

  private FrontFields() {}

  /** A column with the text of a field; a list's parts are separated by commas. */
  static Column<ObjectNode> text(String heading, String field) {
    return Column.shown(heading, row -> text(row.path(field)));
  }

  /** A column with what is made of a row. */
  static Column<ObjectNode> of(String heading, Function<ObjectNode, ?> cell) {
    return Column.shown(heading, cell);
  }

  /** A column with how long ago the time of a field is. */
  static Column<ObjectNode> age(String heading, String field, Instant now) {
    return Column.shown(
        heading, row -> time(row.path(field)).map(at -> TimeText.age(Duration.between(at, now))));
  }

  /** The text of a value; empty if there is none. */
  static Optional<String> text(JsonNode value) {
    if (value.isMissingNode() || value.isNull() || value.isObject()) {
      return Optional.empty();
    }
    if (!value.isArray()) {
      return Optional.of(value.asText()).filter(text -> !text.isEmpty());
    }
    StringBuilder all = new StringBuilder();
    value.forEach(each -> all.append(all.isEmpty() ? "" : ",").append(each.asText()));
    return Optional.of(all.toString()).filter(text -> !text.isEmpty());
  }

  private static Optional<Instant> time(JsonNode text) {
    try {
      return text.isTextual() ? Optional.of(Instant.parse(text.asText())) : Optional.empty();
    } catch (DateTimeException other) {
      return Optional.empty();
    }
  }
}
