package io.penstock.schemas.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class JsonSpliceTest {

  private static final List<String> VALUES =
      List.of(
          "1.0",
          "-0.0",
          "0.10",
          "1e400",
          "1E+2",
          "123456789012345678901234567890",
          "null",
          "true",
          "\"\\u0041\\/\\ud800\"",
          "\"é 😀\"",
          "{ \"model\" : [ 1.0 ,{}] }",
          "[ ]",
          "\"\"");

  /** The members of an object around one that is replaced, with white space of all kinds. */
  record Around(String before, String after, String value) {

    String with(String model) {
      return " {" + before + "\n\"model\"\t: " + model + " " + after + "}\r\n";
    }
  }

  @Property
  void onlyTheValueChangesWhateverStandsAround(@ForAll("around") Around around) throws IOException {
    byte[] body = bytes(around.with(around.value()));

    byte[] spliced = JsonSplice.replace(body, (f, _) -> f.equals("model") ? "\"é\"" : null);

    assertThat(new String(spliced, StandardCharsets.UTF_8)).isEqualTo(around.with("\"é\""));
    assertThat(JsonSplice.replace(body, (_, _) -> null)).isSameAs(body);
  }

  @Provide
  Arbitrary<Around> around() {
    Arbitrary<String> member =
        Combinators.combine(
                Arbitraries.of("\"a\"", "\"b c\"", "\"\\u0062\"", "\"é\"", "\"messages\""),
                Arbitraries.of(":", " : ", "\n:\t"),
                Arbitraries.of(VALUES))
            .as((name, colon, value) -> name + colon + value);
    Arbitrary<String> members = member.list().ofMaxSize(4).map(list -> String.join(" ,", list));
    return Combinators.combine(members, members, Arbitraries.of(VALUES))
        .as(
            (before, after, value) ->
                new Around(
                    before.isEmpty() ? "" : before + ",",
                    after.isEmpty() ? "" : "," + after,
                    value));
  }

  @Test
  void aFieldIsAddedInFrontAndTheRestStays() throws IOException {
    assertThat(JsonSplice.withField(bytes(" { \"a\" : 1e400 } "), "model", "\"m\""))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(" {\"model\":\"m\", \"a\" : 1e400 } ");
    assertThat(JsonSplice.withField(bytes("{ }"), "model", "\"m\""))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("{\"model\":\"m\" }");
  }

  @Test
  void whatIsNoObjectIsRefused() {
    assertThatThrownBy(() -> JsonSplice.replace(bytes("[1]"), (_, _) -> null))
        .isInstanceOf(IOException.class);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
