package io.penstock.compose.input;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.penstock.compose.input.JsonScanner.Kind;
import io.penstock.schemas.ids.Ids;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI batch lines. A value that goes on over several lines is one record and gets one message,
 * and a file that is one JSON array gets one altogether.
 */
final class JsonLinesReader extends ItemReader {

  private final LineSource lines;
  private int open;
  private boolean any;
  private boolean array;

  JsonLinesReader(LineSource lines) {
    this.lines = lines;
  }

  @Override
  @Nullable InputItem read() throws IOException {
    LineSource.Line line = array ? null : lines.next();
    for (; line != null; line = lines.next()) {
      byte[] bytes = line.bytes();
      if (bytes == null) {
        open = 0;
        any = true;
        return new InputItem.Bad(line.number(), String.valueOf(line.problem()));
      }
      if (!new String(bytes, UTF_8).isBlank() && !continues(bytes)) {
        InputItem item = parse(line.number(), bytes);
        any = true;
        return item;
      }
    }
    return null;
  }

  /** Returns whether a line belongs to a value that began on an earlier one. */
  private boolean continues(byte[] bytes) {
    if (open == 0) {
      return false;
    }
    if (isRecord(bytes)) {
      open = 0;
      return false;
    }
    open = Math.max(0, open + bracketsLeftOpen(bytes));
    return true;
  }

  private static boolean isRecord(byte[] bytes) {
    try {
      JsonObjectText record = JsonObjectText.of(bytes);
      return record.has("custom_id") || (record.has("url") && record.has("body"));
    } catch (JsonFault noRecord) {
      return false;
    }
  }

  private static int bracketsLeftOpen(byte[] bytes) {
    int count = 0;
    boolean text = false;
    for (int i = 0; i < bytes.length; i++) {
      switch (bytes[i]) {
        case '"' -> text = !text;
        case '\\' -> i += text ? 1 : 0;
        case '{', '[' -> count += text ? 0 : 1;
        case '}', ']' -> count -= text ? 0 : 1;
        default -> {}
      }
    }
    return count;
  }

  private InputItem parse(long line, byte[] bytes) {
    try {
      JsonObjectText record = JsonObjectText.of(bytes);
      String customId = customId(record);
      requirePost(record);
      String url = url(record);
      byte[] body = body(record);
      return new InputItem.Request(
          line,
          customId,
          url,
          JsonObjectText.of(body).text("model").filter(model -> !model.isBlank()),
          ByteBuffer.wrap(body));
    } catch (JsonFault fault) {
      return notAnObject(line, bytes, fault);
    } catch (IllegalArgumentException e) {
      return new InputItem.Bad(line, String.valueOf(e.getMessage()));
    }
  }

  private InputItem notAnObject(long line, byte[] bytes, JsonFault fault) {
    open = fault.openContainers();
    if (open > 0 && !any && new String(bytes, UTF_8).stripLeading().startsWith("[")) {
      array = true;
      return new InputItem.Bad(
          line,
          "the file is one JSON array; write each of its objects on a line of its own"
              + " (jq -c '.[]' FILE does)");
    }
    if (open > 0) {
      return new InputItem.Bad(
          line,
          "the JSON goes on after the end of the line, or is cut off; write each object on one line"
              + " (jq -c . FILE does)");
    }
    return new InputItem.Bad(
        line,
        fault.isOtherValue()
            ? "not a batch line: %s with custom_id, method, url and body"
                .formatted(fault.getMessage())
            : "not valid JSON: " + fault.getMessage());
  }

  private static String customId(JsonObjectText record) {
    Optional<Kind> kind = record.kind("custom_id");
    if (kind.isEmpty()) {
      throw new IllegalArgumentException("custom_id is missing; give each line a name of its own");
    }
    Optional<String> id = record.text("custom_id");
    if (id.isEmpty()) {
      boolean plain = kind.get() == Kind.NUMBER || kind.get() == Kind.BOOLEAN;
      throw new IllegalArgumentException(
          "custom_id is %s; write a text of 1 to %d characters%s"
              .formatted(
                  kind.get(),
                  Ids.MAX_CUSTOM_ID,
                  plain
                      ? ", such as \"%s\"".formatted(new String(record.bytes("custom_id"), UTF_8))
                      : ""));
    }
    CustomIds.requireLegal(id.get());
    return id.get();
  }

  private static void requirePost(JsonObjectText record) {
    if (record.has("method") && record.text("method").filter("POST"::equals).isEmpty()) {
      throw new IllegalArgumentException(
          "method is %s; it must be \"POST\"".formatted(quoted(record, "method")));
    }
  }

  private static String url(JsonObjectText record) {
    return record
        .text("url")
        .filter(RequestBodies.ENDPOINTS::contains)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "url is %s; it must be one of %s"
                        .formatted(
                            record.has("url") ? quoted(record, "url") : "missing",
                            String.join(", ", RequestBodies.ENDPOINTS))));
  }

  private static String quoted(JsonObjectText record, String name) {
    String value = new String(record.bytes(name), UTF_8);
    return value.length() > 60 ? value.substring(0, 60) + "..." : value;
  }

  private static byte[] body(JsonObjectText record) throws JsonFault {
    Kind kind = record.kind("body").orElse(null);
    if (kind != Kind.OBJECT) {
      throw new IllegalArgumentException(
          "body is %s; give the request as a JSON object%s"
              .formatted(
                  kind == null ? "missing" : kind,
                  kind == Kind.TEXT ? ", not as a text that holds one" : ""));
    }
    byte[] body = record.bytes("body");
    if (JsonObjectText.of(body).isTrue("stream")) {
      throw new IllegalArgumentException(
          "body.stream is true, and a result comes in one piece; leave it out");
    }
    return body;
  }

  @Override
  long line() {
    return lines.number();
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
