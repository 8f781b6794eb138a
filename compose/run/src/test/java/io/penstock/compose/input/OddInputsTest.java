package io.penstock.compose.input;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as people have them: each record is read as it is written, or named in their words. */
class OddInputsTest {

  @TempDir Path folder;

  @Test
  void whatIsNoBatchLineIsSaidOnceForEachLineInTheWritersWords() throws Exception {
    assertThat(read("values-instead-of-objects.jsonl"))
        .containsExactly(
            "1 before",
            "2! not a batch line: it is a JSON array, not a JSON object with custom_id, method, url"
                + " and body",
            "3! not a batch line: it is a text, not a JSON object with custom_id, method, url and"
                + " body",
            "4! not a batch line: it is a number, not a JSON object with custom_id, method, url and"
                + " body",
            "5! not a batch line: it is null, not a JSON object with custom_id, method, url and"
                + " body",
            "6! not a batch line: it is true or false, not a JSON object with custom_id, method,"
                + " url and body",
            "7! custom_id is missing; give each line a name of its own",
            "8! body is a JSON array; give the request as a JSON object",
            "9! body is a text; give the request as a JSON object, not as a text that holds one",
            "10! body is null; give the request as a JSON object",
            "11! not valid JSON: the text that begins at character 83 is not closed; is it cut"
                + " off?",
            "12! not valid JSON: something follows a JSON object at character 88; give one value"
                + " and nothing else",
            "13! not valid JSON: texts and names take double quotes, not the single one at"
                + " character 2",
            "14! not valid JSON: a comma follows a JSON object at character 90; remove it",
            "15! not valid JSON: JSON has no comments like the one at character 1",
            "16! not valid JSON: True at character 82 is Python's; JSON writes true",
            "17! not valid JSON: NaN at character 83 is not a JSON number; write a number or null",
            "18! not valid JSON: the name \"input\" stands twice in one object, again at character"
                + " 88; remove one of them",
            "19 ok");
  }

  @Test
  void anArrayGetsOneMessageForTheWholeFile() throws Exception {
    assertThat(read("one-array.jsonl"))
        .containsExactly(
            "1! the file is one JSON array; write each of its objects on a line of its own"
                + " (jq -c '.[]' FILE does)");
  }

  @Test
  void anObjectOverSeveralLinesGetsOneMessageAndTheNextRecordIsRead() throws Exception {
    assertThat(read("pretty-objects.jsonl"))
        .extracting(item -> item.replaceAll(" the JSON goes on after .*", " goes on"))
        .containsExactly("1! goes on", "8 b", "9! goes on", "10 d");
  }

  @Test
  void linesMayEndInCrWhereThereIsNoOtherEnd() throws Exception {
    assertThat(read("ended-by-cr.jsonl")).containsExactly("1 a", "2 b");
    assertThat(read(write("a.txt", "10%\r20%\nnext\n"))).containsExactly("1 10%\r20%", "2 next");
  }

  @Test
  void namesOfRequestsAreWhatScoringTakesAndTheFaultIsNamed() throws Exception {
    assertThat(read("names.jsonl"))
        .containsExactly(
            "1! custom_id is a number; write a text of 1 to 512 characters, such as \"12\"",
            "2! custom_id is a number; write a text of 1 to 512 characters, such as \"1.50\"",
            "3! custom_id is true or false; write a text of 1 to 512 characters, such as \"true\"",
            "4! custom_id is null; write a text of 1 to 512 characters",
            "5! custom_id is empty; give 1 to 512 characters",
            "6! custom_id is empty; give 1 to 512 characters",
            "7! custom_id begins or ends with white space; remove it",
            "8 " + "n".repeat(512),
            "9! custom_id has 513 characters; shorten it to at most 512",
            "10! custom_id holds a control character; use printable characters only",
            "11! custom_id is a JSON array; write a text of 1 to 512 characters",
            "12! custom_id holds half of a character (\\ud83e, a lone surrogate, as character 6);"
                + " complete or remove it",
            "13 \uD83D\uDE00",
            "14! custom_id is missing; give each line a name of its own");
  }

  @Test
  void cellsAreSentAsTheyStand() throws Exception {
    assertThat(texts("spaces.csv")).containsExactly("  two\n   lines\n", "   ", "\tx ", "\uFFFD");
  }

  @Test
  void aHeaderThatNamesTheColumnTwiceIsRefused() {
    assertThatThrownBy(() -> read("header-twice.csv"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("the header names 'prompt' twice");
  }

  @Test
  void theSeparatorIsTheOneThatTheHeaderHas() throws Exception {
    assertThat(read("semicolon.csv")).containsExactly("2 s1 a, b", "3 s2 c; d");
    assertThat(read("tab.tsv")).containsExactly("2 t1 x, y; z");
    assertThat(read("bar.csv")).containsExactly("2 b1 x;y");
  }

  @Test
  void aRowWithMoreValuesThanTheHeaderIsRefusedAndNotCut() throws Exception {
    assertThat(read("surplus.csv"))
        .containsExactly(
            "2! the row has 3 values and the header 2; put a value that holds ',' into quotes",
            "3 b ok",
            "4! the quote that opens on line 4 is closed on line 4, and text follows it; write a"
                + " quote inside quotes twice (RFC 4180)",
            "5 d ok, too");
  }

  @Test
  void utf16IsReadWithAndWithoutItsMark() throws Exception {
    assertThat(read("utf16le.csv")).containsExactly("2 x1 h\u00e9 \uD83D\uDE00");
    assertThat(read("utf16be-unmarked.txt")).containsExactly("1 first", "2 second");
    assertThat(read("utf16-half.txt"))
        .containsExactly("1 ok", "2! the line is not UTF-8; save the file as UTF-8", "3 next");
  }

  @Test
  void gzipIsUnpackedAndACutOneReadAsFarAsItGoes() throws Exception {
    assertThat(read("packed.txt.gz")).containsExactly("1 one", "2 two");
    assertThat(read("packed-cut.txt.gz"))
        .startsWith("1 one", "2 two")
        .last()
        .asString()
        .contains("! the file cannot be read any further: ");
  }

  @Test
  void otherKindsOfFilesAreNamedWithARemedy() throws Exception {
    assertRefused(new byte[] {'P', 'K', 3, 4, 0, 0}, "unpack it, or save the sheet as CSV");
    assertRefused(new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD}, "packed with zstd");
    assertRefused(new byte[] {'B', 'Z', 'h', '9'}, "packed with bzip2");
    assertRefused(new byte[] {(byte) 0xFD, '7', 'z', 'X', 'Z', 0}, "packed with xz");
    assertRefused(new byte[] {'P', 'A', 'R', '1', 0}, "Parquet");
    assertRefused(new byte[] {(byte) 0xFF, (byte) 0xFE, 0, 0, 'a', 0, 0, 0}, "UTF-32");
    assertRefused(new byte[] {'a', 'b', 0, 0, 'c'}, "zero bytes");
  }

  private void assertRefused(byte[] start, String why) throws Exception {
    Path file = Files.write(folder.resolve("a.jsonl"), start);
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a.jsonl: cannot be read: ")
        .hasMessageContaining(why);
  }

  @Test
  void aBodyIsTheBytesThatStandInTheFile() throws Exception {
    Path file = resource("exact.jsonl");
    String line = Files.readString(file);
    String body = line.substring(line.indexOf("{ \"model\""), line.lastIndexOf(" }"));
    InputItem.Request request = (InputItem.Request) items(file).getFirst();
    assertThat(UTF_8.decode(request.body()).toString()).isEqualTo(body);
    assertThat(request.model()).contains("m");
  }

  private Path write(String name, String text) throws Exception {
    return Files.writeString(folder.resolve(name), text);
  }

  private static Path resource(String name) throws Exception {
    return Path.of(OddInputsTest.class.getResource("/inputs/" + name).toURI());
  }

  private static List<String> texts(String name) throws Exception {
    return items(resource(name)).stream().map(item -> ((InputItem.Text) item).text()).toList();
  }

  private static List<String> read(String name) throws Exception {
    return read(resource(name));
  }

  /** Each item in short: its line, and what it holds, or after a ! what is wrong. */
  private static List<String> read(Path file) throws Exception {
    return items(file).stream()
        .map(
            item ->
                switch (item) {
                  case InputItem.Bad bad -> bad.line() + "! " + bad.problem();
                  case InputItem.Request request -> request.line() + " " + request.customId();
                  case InputItem.Text text ->
                      text.line()
                          + text.customId().map(id -> " " + id).orElse("")
                          + " "
                          + text.text();
                })
        .toList();
  }

  private static List<InputItem> items(Path file) throws Exception {
    List<InputItem> items = new ArrayList<>();
    try (InputReader reader = InputFile.of(file).open(1 << 20)) {
      reader.forEachRemaining(items::add);
    }
    return items;
  }
}
