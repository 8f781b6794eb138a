package io.penstock.compose.input;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON as RFC 8259 has it and says where each value lies, so that it can be handed on as
 * written: no number, escape or space is changed. A name twice in one object is a fault. The input
 * must be valid UTF-8.
 */
final class JsonScanner {

  /** Deeper than any request may be, and no danger to the stack. */
  private static final int MAX_DEPTH = 500;

  /** The kind of a value, in words. */
  enum Kind {
    OBJECT("a JSON object"),
    ARRAY("a JSON array"),
    TEXT("a text"),
    NUMBER("a number"),
    BOOLEAN("true or false"),
    NULL("null");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /**
   * A value as it stands in the bytes.
   *
   * @param start its first byte
   * @param end the byte after its last one
   */
  record Value(Kind kind, int start, int end) {}

  private final byte[] bytes;
  private int at;

  JsonScanner(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * The one value of the bytes.
   *
   * @param members receives the members of an object, in their order
   */
  Value read(Map<String, Value> members) throws JsonFault {
    space();
    Value value = value(0, members);
    space();
    if (at < bytes.length) {
      if (bytes[at] == ',') {
        throw JsonFault.syntax(
            "a comma follows %s at %s; remove it".formatted(value.kind(), place(at)));
      }
      throw JsonFault.syntax(
          "something follows %s at %s; give one value and nothing else"
              .formatted(value.kind(), place(at)));
    }
    return value;
  }

  private Value value(int depth, @Nullable Map<String, Value> members) throws JsonFault {
    if (at >= bytes.length) {
      throw tooEarly(depth);
    }
    if (depth > MAX_DEPTH) {
      throw JsonFault.syntax("it is nested more than %d deep; flatten it".formatted(MAX_DEPTH));
    }
    int start = at;
    Kind kind =
        switch (bytes[at]) {
          case '{' ->
              object(depth, members == null ? new LinkedHashMap<>() : members, members != null);
          case '[' -> array(depth);
          case '"' -> text();
          case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
          default -> word();
        };
    return new Value(kind, start, at);
  }

  private Kind object(int depth, Map<String, Value> members, boolean kept) throws JsonFault {
    Set<String> names = new HashSet<>();
    at++;
    space();
    if (next(depth) == '}') {
      at++;
      return Kind.OBJECT;
    }
    while (true) {
      int start = at;
      String name = name(depth);
      if (!names.add(name)) {
        throw JsonFault.syntax(
            "the name \"%s\" stands twice in one object, again at %s; remove one of them"
                .formatted(name, place(start)));
      }
      space();
      if (next(depth) != ':') {
        throw unexpected("':' after a name");
      }
      at++;
      space();
      Value value = value(depth + 1, null);
      if (kept) {
        members.put(name, value);
      }
      space();
      if (endsAfter('}', depth)) {
        return Kind.OBJECT;
      }
    }
  }

  private String name(int depth) throws JsonFault {
    if (next(depth) != '"') {
      throw unexpected("a name in double quotes");
    }
    int start = at;
    text();
    return decode(bytes, start, at);
  }

  private Kind array(int depth) throws JsonFault {
    at++;
    space();
    if (next(depth) == ']') {
      at++;
      return Kind.ARRAY;
    }
    while (true) {
      value(depth + 1, null);
      space();
      if (endsAfter(']', depth)) {
        return Kind.ARRAY;
      }
    }
  }

  /** Passes a comma, or the end of the container. */
  private boolean endsAfter(char close, int depth) throws JsonFault {
    char next = next(depth);
    if (next == close) {
      at++;
      return true;
    }
    if (next != ',') {
      throw unexpected("',' or '%s'".formatted(close));
    }
    at++;
    space();
    if (next(depth) == close) {
      throw JsonFault.syntax(
          "a comma stands before '%s' at %s; remove it".formatted(close, place(at)));
    }
    return false;
  }

  private char next(int depth) throws JsonFault {
    if (at >= bytes.length) {
      throw tooEarly(depth + 1);
    }
    return (char) bytes[at];
  }

  private static JsonFault tooEarly(int open) {
    return open == 0 ? JsonFault.syntax("there is nothing in it") : JsonFault.cutOff(open);
  }

  private Kind text() throws JsonFault {
    int start = at;
    for (at++; at < bytes.length; at++) {
      byte each = bytes[at];
      if (each == '"') {
        at++;
        return Kind.TEXT;
      }
      if (each >= 0 && each < ' ') {
        throw JsonFault.syntax(
            "a text holds a raw control character at %s; write it as \\u%04x"
                .formatted(place(at), (int) each));
      }
      if (each == '\\') {
        escape();
      }
    }
    throw JsonFault.syntax(
        "the text that begins at %s is not closed; is it cut off?".formatted(place(start)));
  }

  private void escape() throws JsonFault {
    int start = at;
    at++;
    int digits = at < bytes.length && bytes[at] == 'u' ? 4 : 0;
    boolean legal = at >= bytes.length || "\"\\/bfnrtu".indexOf(bytes[at]) >= 0;
    for (int i = 0; i < digits && legal && at + 1 < bytes.length; i++) {
      at++;
      legal = Character.digit(bytes[at], 16) >= 0;
    }
    if (!legal) {
      throw JsonFault.syntax(
          "the backslash at %s begins no escape of JSON; write it twice".formatted(place(start)));
    }
  }

  private Kind number() throws JsonFault {
    int start = at;
    if (bytes[at] == '-') {
      at++;
    }
    boolean legal = at < bytes.length && (bytes[at] == '0' ? ++at > 0 : digits());
    if (legal && at < bytes.length && bytes[at] == '.') {
      at++;
      legal = digits();
    }
    if (legal && at < bytes.length && (bytes[at] == 'e' || bytes[at] == 'E')) {
      at++;
      if (at < bytes.length && (bytes[at] == '+' || bytes[at] == '-')) {
        at++;
      }
      legal = digits();
    }
    if (!legal || (at < bytes.length && wordy(bytes[at]))) {
      throw JsonFault.syntax(
          "'%s' at %s is not a JSON number".formatted(wordAt(start), place(start)));
    }
    return Kind.NUMBER;
  }

  private boolean digits() {
    int start = at;
    while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9') {
      at++;
    }
    return at > start;
  }

  private Kind word() throws JsonFault {
    int start = at;
    String word = wordAt(at);
    at += word.getBytes(UTF_8).length;
    return switch (word) {
      case "true", "false" -> Kind.BOOLEAN;
      case "null" -> Kind.NULL;
      default -> {
        at = start;
        throw unexpected("a JSON value");
      }
    };
  }

  private JsonFault unexpected(String wanted) {
    String where = place(at);
    return switch ((char) bytes[at]) {
      case '\'' ->
          JsonFault.syntax("texts and names take double quotes, not the single one at " + where);
      case '/', '#' -> JsonFault.syntax("JSON has no comments like the one at " + where);
      default -> {
        String word = wordAt(at);
        yield JsonFault.syntax(
            switch (word) {
              case "NaN", "Infinity" ->
                  "%s at %s is not a JSON number; write a number or null".formatted(word, where);
              case "True", "False", "None" ->
                  "%s at %s is Python's; JSON writes %s"
                      .formatted(
                          word,
                          where,
                          word.equals("None") ? "null" : word.toLowerCase(Locale.ROOT));
              default ->
                  "'%s' stands at %s where %s belongs"
                      .formatted(word.isEmpty() ? characterAt(at) : word, where, wanted);
            });
      }
    };
  }

  private String wordAt(int start) {
    int end = start;
    while (end < bytes.length && end - start < 20 && wordy(bytes[end])) {
      end++;
    }
    return new String(bytes, start, end - start, UTF_8);
  }

  private String characterAt(int start) {
    int end = start + 1;
    while (end < bytes.length && (bytes[end] & 0xC0) == 0x80) {
      end++;
    }
    return new String(bytes, start, end - start, UTF_8);
  }

  private static boolean wordy(byte each) {
    return Character.isLetterOrDigit(each)
        || each == '+'
        || each == '-'
        || each == '.'
        || each == '_';
  }

  private void space() {
    while (at < bytes.length
        && (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\n' || bytes[at] == '\r')) {
      at++;
    }
  }

  /** Where a byte is: its character on its line, both from 1. */
  private String place(int index) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < index; i++) {
      if (bytes[i] == '\n') {
        line++;
        column = 1;
      } else if ((bytes[i] & 0xC0) != 0x80) {
        column++;
      }
    }
    return line == 1 ? "character " + column : "line %d, character %d".formatted(line, column);
  }

  /** The text between these quotes; a lone surrogate stays one. */
  static String decode(byte[] bytes, int start, int end) {
    int escape = start;
    while (escape < end && bytes[escape] != '\\') {
      escape++;
    }
    if (escape == end) {
      return new String(bytes, start + 1, end - start - 2, UTF_8);
    }
    StringBuilder text = new StringBuilder();
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    int at = start + 1;
    while (at < end - 1) {
      if (bytes[at] != '\\') {
        plain.write(bytes[at]);
        at++;
        continue;
      }
      text.append(plain.toString(UTF_8));
      plain.reset();
      byte escaped = bytes[at + 1];
      at += 2;
      switch (escaped) {
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        case 'n' -> text.append('\n');
        case 'r' -> text.append('\r');
        case 't' -> text.append('\t');
        case 'u' -> {
          text.append((char) Integer.parseInt(new String(bytes, at, 4, UTF_8), 16));
          at += 4;
        }
        default -> text.append((char) escaped);
      }
    }
    return text.append(plain.toString(UTF_8)).toString();
  }
}
