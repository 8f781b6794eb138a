package io.penstock.broker.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.broker.home.StateEntry;
import io.penstock.broker.http.Replies;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * What an operator did with a dead letter. The letter itself stays until Kafka deletes it.
 *
 * @param id the letter's
 * @param replayedAs the id of the request that was sent in its place; empty: it was discarded
 * @param by who did it
 * @param at when
 */
record LetterMark(String id, Optional<String> replayedAs, String by, Instant at) {

  /** The kind of the front topic's entries that hold marks. */
  static final String KIND = "dead-letter";

  StateEntry entry() {
    return new StateEntry(
        KIND,
        id,
        Replies.bytes(
            Replies.JSON
                .createObjectNode()
                .put("replayedAs", replayedAs.orElse(null))
                .put("by", by)
                .put("at", at.toString())));
  }

  /**
   * Reads a mark.
   *
   * @throws IllegalArgumentException if the document is none
   */
  static LetterMark read(String id, byte[] document) {
    try {
      JsonNode json = Replies.JSON.readTree(document);
      return new LetterMark(
          id,
          Optional.ofNullable(json.path("replayedAs").textValue()),
          json.path("by").asText(),
          Instant.parse(json.path("at").asText()));
    } catch (IOException | DateTimeException damaged) {
      throw new IllegalArgumentException("the mark cannot be read", damaged);
    }
  }

  /** What was done, in a word. */
  String state() {
    return replayedAs.isPresent() ? "replayed" : "discarded";
  }
}
