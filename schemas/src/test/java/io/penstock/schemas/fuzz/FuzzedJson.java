package io.penstock.schemas.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** JSON like a good example, with a few of its values replaced, its keys repeated, its text cut. */
public final class FuzzedJson {

  private static final JsonFactory FACTORY = new JsonFactory();

  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "false",
          "0",
          "-1",
          "-0",
          "0.1",
          "1e3",
          "1e999",
          "1e-999",
          "NaN",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "1" + "0".repeat(1_100),
          "\"\"",
          "\" \"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"\\udc00\\ud800\"",
          "\"\\",
          "\"" + "s".repeat(300) + "\"",
          "\"" + "s".repeat(70_000) + "\"",
          "[]",
          "{}",
          "[null]",
          "[[]]",
          "[{}]",
          "{\"\":null}",
          "{\"a\":1,\"a\":2}",
          "[" + "1,".repeat(3_000) + "1]",
          "[".repeat(1_200),
          "[".repeat(900) + "]".repeat(900),
          "{\"a\":".repeat(1_200),
          "'a'",
          "//",
          "");

  /** Where a value stands in a text. */
  private record Span(int start, int end) {}

  private FuzzedJson() {}

  /** The bytes of {@link #like(String, FuzzedDataProvider)}, sometimes with some of them wrong. */
  public static byte[] bytes(String good, FuzzedDataProvider data) {
    byte[] bytes = like(good, data).getBytes(StandardCharsets.UTF_8);
    if (bytes.length > 0 && data.consumeInt(0, 7) == 0) {
      bytes[data.consumeInt(0, bytes.length - 1)] = data.consumeByte();
    }
    return bytes;
  }

  /** A text like a good one. */
  public static String like(String good, FuzzedDataProvider data) {
    StringBuilder text = new StringBuilder(good);
    List<Span> spans = spans(good);
    int changes = data.consumeInt(0, 3);
    // Spans are changed from the end, so that those in front keep their places.
    int before = Integer.MAX_VALUE;
    for (int i = 0; i < changes; i++) {
      int limit = before;
      List<Span> left = spans.stream().filter(span -> span.end() <= limit).toList();
      if (left.isEmpty()) {
        break;
      }
      Span span = data.pickValue(left);
      text.replace(span.start(), span.end(), value(good, spans, data));
      before = span.start();
    }
    if (!text.isEmpty() && data.consumeInt(0, 15) == 0) {
      text.setLength(data.consumeInt(0, text.length() - 1));
    }
    return text.toString();
  }

  private static String value(String good, List<Span> spans, FuzzedDataProvider data) {
    return switch (data.consumeInt(0, 5)) {
      case 0 -> quoted(FuzzedText.of(data));
      case 1 -> Long.toString(FuzzedNumbers.longFrom(data));
      case 2 -> {
        Span other = data.pickValue(spans);
        yield good.substring(other.start(), other.end());
      }
      default -> data.pickValue(VALUES);
    };
  }

  private static String quoted(String text) {
    return "\"" + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
  }

  /** The places of all keys and values, the outermost last. */
  private static List<Span> spans(String text) {
    List<Span> spans = new ArrayList<>();
    Deque<Integer> open = new ArrayDeque<>();
    try (JsonParser parser = FACTORY.createParser(text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        int start = (int) parser.currentTokenLocation().getCharOffset();
        if (token.isStructStart()) {
          open.push(start);
          continue;
        }
        // A string's end is known only once it was read.
        parser.getText();
        int end = (int) parser.currentLocation().getCharOffset();
        spans.add(new Span(token.isStructEnd() ? open.pop() : start, end));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the example is no JSON", e);
    }
    return spans;
  }
}
