package io.penstock.compose.input;

import io.penstock.compose.input.JsonScanner.Kind;
import io.penstock.compose.input.JsonScanner.Value;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A JSON object together with the bytes it was written in, which nothing here changes. */
public final class JsonObjectText {

  private final byte[] bytes;
  private final Map<String, Value> members;

  private JsonObjectText(byte[] bytes, Map<String, Value> members) {
    this.bytes = bytes;
    this.members = members;
  }

  /**
   * Reads the bytes as one JSON object.
   *
   * @throws JsonFault if they are not UTF-8, not JSON or not an object, or if a name stands twice
   *     in an object
   */
  public static JsonObjectText of(byte[] bytes) throws JsonFault {
    requireUtf8(bytes);
    Map<String, Value> members = new LinkedHashMap<>();
    Value whole = new JsonScanner(bytes).read(members);
    if (whole.kind() != Kind.OBJECT) {
      throw JsonFault.otherValue(whole.kind());
    }
    return new JsonObjectText(bytes, members);
  }

  private static void requireUtf8(byte[] bytes) throws JsonFault {
    if (!isUtf8(bytes)) {
      throw JsonFault.syntax("it is not UTF-8; save it as UTF-8");
    }
  }

  static boolean isUtf8(byte[] bytes) {
    for (byte each : bytes) {
      if (each < 0) {
        try {
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
          return true;
        } catch (CharacterCodingException e) {
          return false;
        }
      }
    }
    return true;
  }

  public boolean has(String name) {
    return members.containsKey(name);
  }

  /** The member of this name, if it is a text. */
  public Optional<String> text(String name) {
    return Optional.ofNullable(members.get(name))
        .filter(value -> value.kind() == Kind.TEXT)
        .map(value -> JsonScanner.decode(bytes, value.start(), value.end()));
  }

  /** Returns whether the member of this name is true. */
  boolean isTrue(String name) {
    Value value = members.get(name);
    return value != null && value.kind() == Kind.BOOLEAN && bytes[value.start()] == 't';
  }

  Optional<Kind> kind(String name) {
    return Optional.ofNullable(members.get(name)).map(Value::kind);
  }

  /** The bytes of a member that is there, as written. */
  byte[] bytes(String name) {
    Value value = members.get(name);
    return Arrays.copyOfRange(bytes, value.start(), value.end());
  }
}
