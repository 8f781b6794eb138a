package io.penstock.schemas.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import org.jspecify.annotations.Nullable;

/**
 * Says what is wrong with a text that is not JSON, in terms of that text. Jackson's own messages
 * name switches and limits of the reader, which its user cannot set, and places in a source that it
 * does not show.
 */
public final class JsonMessage {

  private JsonMessage() {}

  /** The fault without its place, on one line. */
  public static String of(JsonProcessingException fault) {
    return of(fault.getOriginalMessage());
  }

  static String of(@Nullable String message) {
    if (message == null || message.isBlank()) {
      return "it is malformed";
    }
    return message
        .replaceAll(" \\(start marker at \\[Source.*?\\]\\)", "")
        .replaceAll(": (enable|maybe a) `[^`]*` to allow", "; JSON has no such value")
        .replaceAll(" \\(for [A-Za-z]+ starting at \\[Source.*?\\]\\)", "")
        .replaceAll(", from `[A-Za-z]+\\.[A-Za-z]+\\(\\)`", "")
        .replaceAll("`[A-Za-z]+\\.[A-Za-z]+\\(\\)`", "the limit")
        .replaceAll("\\(?`[A-Z][A-Za-z]+Feature\\.[A-Z_]+`[^)]*\\)?", "")
        .replaceAll(" \\(not recognized as one since Feature [^)]*\\)", "")
        .replaceAll("\\s+", " ")
        .strip();
  }
}
