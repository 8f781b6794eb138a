package io.penstock.compose.input;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class JsonScannerTest {

  private static final ObjectReader JACKSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .build()
          .readerFor(JsonNode.class);

  @Property(tries = 3000)
  void takesExactlyWhatJacksonTakes(@ForAll("jsonLike") String text) {
    assertThat(takes(text)).as(text).isEqualTo(jacksonTakes(text));
  }

  @Property(tries = 500)
  void aMemberIsHandedOutAsItIsWritten(
      @ForAll("values") String value, @ForAll("spaces") String space) throws JsonFault {
    String text =
        "{%1$s\"a\"%1$s:%1$s1.0%1$s,%1$s\"body\"%1$s:%1$s%2$s%1$s}".formatted(space, value);
    assertThat(new String(JsonObjectText.of(text.getBytes(UTF_8)).bytes("body"), UTF_8))
        .isEqualTo(value);
  }

  @Test
  void textsAreDecodedWithEscapesAndHalvesOfCharacters() throws JsonFault {
    String text = "{\"m\":\"\\u00e9 \\ud83d\\ude00 \\ud83d \\\\ \\/ \\n \u20ac\"}";
    assertThat(JsonObjectText.of(text.getBytes(UTF_8)).text("m"))
        .contains("\u00e9 \uD83D\uDE00 \uD83D \\ / \n \u20ac");
  }

  @Test
  void aBodyOfNothingButBracketsEndsInAFaultAndNotInAnOverflow() {
    byte[] deep = "[".repeat(8 << 20).getBytes(UTF_8);
    assertThatThrownBy(() -> JsonObjectText.of(deep))
        .isInstanceOf(JsonFault.class)
        .hasMessageContaining("nested more than 500 deep");
  }

  @Provide
  Arbitrary<String> spaces() {
    return Arbitraries.strings().withChars(" \t\r\n").ofMaxLength(3);
  }

  @Provide
  Arbitrary<String> values() {
    return values(3);
  }

  private static Arbitrary<String> values(int depth) {
    Arbitrary<String> plain =
        Arbitraries.of(
            "1",
            "-0.0",
            "0.10",
            "1e400",
            "1E+5",
            "\"\"",
            "\"\\ud83d\"",
            "\"\\u00E9\\/\"",
            "\"\u00e9\"",
            "true",
            "null",
            "[]",
            "{}",
            "12345678901234567890.0");
    if (depth == 0) {
      return plain;
    }
    Arbitrary<String> inner = values(depth - 1);
    return Arbitraries.oneOf(
        plain,
        Combinators.combine(inner, inner).as((a, b) -> "[%s , %s]".formatted(a, b)),
        Combinators.combine(inner, inner).as((a, b) -> "{\"x\":%s,\"y\" :%s}".formatted(a, b)));
  }

  /** JSON, and JSON with a character changed, left out or put in. */
  @Provide
  Arbitrary<String> jsonLike() {
    Arbitrary<Character> odd = Arbitraries.chars().with("{}[]\",:\\ \n01.-+eEtfnu/'#\u00e9");
    Arbitrary<String> objects = values().map(value -> "{\"a\": %s, \"b\": 1}".formatted(value));
    return Combinators.combine(
            objects,
            Arbitraries.integers().between(0, 60),
            odd,
            Arbitraries.integers().between(0, 4))
        .as(JsonScannerTest::changed);
  }

  private static String changed(String text, int at, char odd, int how) {
    int place = at % text.length();
    return switch (how) {
      case 0 -> text;
      case 1 -> text.substring(0, place) + odd + text.substring(place);
      case 2 -> text.substring(0, place) + text.substring(place + 1);
      case 3 -> text.substring(0, place) + odd + text.substring(place + 1);
      default -> text.substring(0, place);
    };
  }

  private static boolean takes(String text) {
    try {
      new JsonScanner(text.getBytes(UTF_8)).read(new LinkedHashMap<>());
      return true;
    } catch (JsonFault fault) {
      assertThat(fault.getMessage()).doesNotContain("com.fasterxml", "Exception");
      return false;
    }
  }

  private static boolean jacksonTakes(String text) {
    try {
      JsonNode node = JACKSON.readTree(text.getBytes(UTF_8));
      return node != null && !node.isMissingNode();
    } catch (IOException e) {
      return false;
    }
  }
}
