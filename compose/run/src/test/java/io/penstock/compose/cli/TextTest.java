package io.penstock.compose.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TextTest {

  @Test
  void durationsAreWrittenAsPeopleWriteThem() {
    assertThat(TimeText.duration("--x", "500ms")).isEqualTo(Duration.ofMillis(500));
    assertThat(TimeText.duration("--x", "2H")).isEqualTo(Duration.ofHours(2));
    assertThat(TimeText.duration("--x", "PT1H30M")).isEqualTo(Duration.ofMinutes(90));
    assertThat(TimeText.age(Duration.ofMillis(1234))).isEqualTo("1.2s");
    assertThat(TimeText.age(Duration.ofSeconds(3725))).isEqualTo("1h2m");
    assertThat(TimeText.age(Duration.ofSeconds(-5))).isEqualTo("0.0s");
  }

  @Test
  void bytesBecomeJsonTextOrBase64() {
    assertThat(json("{\"a\":[1]}".getBytes(UTF_8))).isEqualTo("{\"a\":[1]}");
    assertThat(json("{broken".getBytes(UTF_8))).isEqualTo("\"{broken\"");
    assertThat(json("plain".getBytes(UTF_8))).isEqualTo("\"plain\"");
    assertThat(json(new byte[] {(byte) 0xFF, 0})).isEqualTo("{\"base64\":\"/wA=\"}");
  }

  private static String json(byte[] bytes) {
    return RecordJson.bytes(ByteBuffer.wrap(bytes)).toString();
  }

  @Test
  void columnsAreAsWideAsTheirContentAndTheLastIsCutToTheTerminal() {
    assertThat(table(true, 20)).isEqualTo("A       TEXT\nlonger  one two\\nth…\n");
    assertThat(table(false, 20)).isEqualTo("A       TEXT\nlonger  one two\\nthree four\n");
  }

  private static String table(boolean terminal, int width) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, UTF_8);
    Table table = new Table("A", "TEXT");
    table.row("longer", "one two\nthree four");
    table.print(new Console(stream, stream, terminal, terminal, false, width));
    return out.toString(UTF_8);
  }

  @Test
  void longTextsInAnyColumnAreCutToTheTerminal() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, UTF_8);
    Table table = new Table("TENANT", "REQUESTS", "COST");
    table.row("a-tenant-whose-name-is-far-longer-than-the-line", 12, "0.5000");
    table.print(new Console(stream, stream, true, true, false, 40));
    assertThat(out.toString(UTF_8).lines())
        .containsExactly(
            "TENANT                  REQUESTS  COST", "a-tenant-whose-name-i…  12        0.5000");
  }

  @Test
  void whatWouldControlATerminalIsWrittenAsAnEscape() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, UTF_8);
    Console console = new Console(stream, stream, false, false, false, 80);
    Table table = new Table("ID");
    table.row("a\u001B[31mred\u0007\u009B\n\r\tb \u202Egnp.exe h\u00e9");
    table.print(console);
    console.error("bad \u001B[2J name\n\tsee help");
    assertThat(out.toString(UTF_8).lines())
        .containsExactly(
            "ID",
            "a\\u001b[31mred\\u0007\\u009b\\n\\r\\tb \\u202egnp.exe h\u00e9",
            "error: bad \\u001b[2J name",
            "\tsee help");
  }

  @Test
  void answersArePartOfTheRecordAsTheEngineWroteThem() {
    String answer = "{ \"x\" : [1.0, -0.0,0.10,1e400, 1E5],\"s\":\"\\ud83d \\u00e9 \\/\",\"s\":2}";
    assertThat(json(answer.getBytes(UTF_8))).isEqualTo(answer);
    assertThat(json("{\r\n \"a\": 1\n}".getBytes(UTF_8))).isEqualTo("{   \"a\": 1 }");
    assertThat(json("{} {}".getBytes(UTF_8))).isEqualTo("\"{} {}\"");
    assertThat(json("[1".getBytes(UTF_8))).isEqualTo("\"[1\"");
  }

  @Test
  void aBodyIsPrintedByteForByteUnlessATerminalWouldObeyIt() {
    byte[] body = "{\"a\": 1.0,\n \"b\": \"\u009B31m\"}".getBytes(UTF_8);
    assertThat(printed(body, false)).isEqualTo("{\"a\": 1.0,\n \"b\": \"\u009B31m\"}\n");
    assertThat(printed(body, true)).isEqualTo("{\"a\": 1.0,\n \"b\": \"\\u009b31m\"}\n");
  }

  private static String printed(byte[] body, boolean terminal) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, UTF_8);
    new Console(stream, stream, terminal, terminal, false, 80).printBytes(ByteBuffer.wrap(body));
    return out.toString(UTF_8);
  }

  @Test
  void withoutATerminalProgressIsALineForEachTenth() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, UTF_8);
    try (Progress progress =
        new Progress(new Console(stream, stream, false, false, false, 80), "answered", 20)) {
      for (int i = 0; i < 20; i++) {
        progress.step();
      }
    }
    assertThat(err.toString(UTF_8).lines())
        .hasSize(10)
        .startsWith("answered: 2 of 20")
        .endsWith("answered: 20 of 20");
  }
}
