package io.penstock.compose.bench.peers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestLog.Moment;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;

/**
 * Reads what the peers' clients say: an answer is a JSON object on a line; {@code error} says what
 * went wrong. Rows of an open loop are due, sent, began, ended, visible in microseconds since 1970,
 * 0 where it never came to that, and the number of results.
 */
final class PeerAnswers {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final List<Moment> MOMENTS =
      List.of(Moment.DUE, Moment.SENT, Moment.STARTED, Moment.FINISHED, Moment.VISIBLE);

  private PeerAnswers() {}

  /**
   * A field of an answer that is a number.
   *
   * @throws IllegalStateException if it is an error or no such answer
   */
  static double number(String answer, String field) {
    JsonNode value = parsed(answer).path(field);
    if (!value.isNumber()) {
      throw unreadable(answer, "no number '%s'".formatted(field));
    }
    return value.asDouble();
  }

  /**
   * The rows of an open loop as a log.
   *
   * @param count how many requests it was to send
   * @throws IllegalStateException if it is an error or no such answer
   */
  static RequestLog rows(String answer, String round, int count) {
    JsonNode rows = parsed(answer).path("rows");
    if (!rows.isArray() || rows.size() != count) {
      throw unreadable(answer, "not %d rows".formatted(count));
    }
    RequestLog log = new RequestLog(round, count);
    for (int number = 0; number < count; number++) {
      enter(log, number, rows.get(number), answer);
    }
    return log;
  }

  private static void enter(RequestLog log, int number, JsonNode row, String answer) {
    int results = MOMENTS.size();
    if (!row.isArray() || row.size() != results + 1) {
      throw unreadable(answer, "row %d has not %d figures".formatted(number, results + 1));
    }
    for (int i = 0; i < results; i++) {
      log.at(number, MOMENTS.get(i), row.get(i).asLong());
    }
    for (int i = 0; i < row.get(results).asInt(); i++) {
      log.result(number, true, log.when(number, Moment.VISIBLE));
    }
  }

  /** Counts the runs beyond the first of each request, from what workers say they began. */
  static long runAgain(Collection<String> begun) {
    return (long) begun.size() - new HashSet<>(begun).size();
  }

  private static JsonNode parsed(String answer) {
    try {
      JsonNode json = MAPPER.readTree(answer);
      if (json.has("error")) {
        throw new IllegalStateException(json.get("error").asText());
      }
      return json;
    } catch (JsonProcessingException e) {
      throw unreadable(answer, e.getOriginalMessage());
    }
  }

  private static IllegalStateException unreadable(String answer, String why) {
    String shown = answer.length() > 200 ? answer.substring(0, 200) + "..." : answer;
    return new IllegalStateException("a client's answer has %s: %s".formatted(why, shown));
  }
}
