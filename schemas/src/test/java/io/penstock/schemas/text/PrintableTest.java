package io.penstock.schemas.text;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PrintableTest {

  @Test
  void whatCanForgeALineOrSteerATerminalIsEscaped() {
    assertThat(Printable.of("w1\nERROR forged\r")).isEqualTo("w1\\nERROR forged\\r");
    assertThat(Printable.of("\u001b[31mred\u009b0m")).isEqualTo("\\u001b[31mred\\u009b0m");
    assertThat(Printable.of("a\u2028b\u2029c\u0085d")).isEqualTo("a\\u2028b\\u2029c\\u0085d");
    assertThat(Printable.of("a\u202egpj.exe")).isEqualTo("a\\u202egpj.exe");
    assertThat(Printable.of("cut \ud800!")).isEqualTo("cut \\ud800!");
  }

  @Test
  void plainTextOfAnyLanguageStaysAsItIs() {
    String text = "Grüße, 東京 😀 \\ \"quoted\"";
    assertThat(Printable.of(text)).isSameAs(text);
  }

  @Test
  void whatIsTooLongIsCutBetweenCharacters() {
    assertThat(Printable.of("abcdef", 3)).isEqualTo("abc...");
    assertThat(Printable.of("ab😀", 3)).isEqualTo("ab...");
    assertThat(Printable.of("abc", 3)).isEqualTo("abc");
  }

  @Property
  void anyTextBecomesOneLineWithoutControlCharacters(@ForAll String text) {
    String safe = Printable.of(text);

    assertThat(safe.lines().count()).isLessThanOrEqualTo(1);
    assertThat(safe.codePoints()).noneMatch(Character::isISOControl);
    assertThat(Printable.of(safe)).isEqualTo(safe);
  }
}
