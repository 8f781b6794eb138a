package io.penstock.compose.input;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotBlank;
import net.jqwik.api.constraints.Size;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputFileTest {

  private static final int MOST = 1 << 20;

  @TempDir Path folder;

  @Test
  void textFileGivesALineEachAndPassesOverBlankOnes() throws Exception {
    assertThat(read("a.txt", "\uFEFFone\r\n\n  two \nthree"))
        .containsExactly(text(1, "one"), text(3, "  two "), text(4, "three"));
  }

  @Test
  void aLineThatIsNotUtf8IsReportedAndTheNextOneRead() throws Exception {
    Path file = folder.resolve("a.txt");
    Files.write(file, "good\nh\u00e9llo\nlast\n".getBytes(ISO_8859_1));
    assertThat(read(file))
        .containsExactly(
            text(1, "good"),
            new InputItem.Bad(2, "the line is not UTF-8; save the file as UTF-8"),
            text(3, "last"));
  }

  @Test
  void aLineBeyondTheLimitIsReportedAndTheNextOneRead() throws Exception {
    var lines = new TextReader(lines("123456\nok", 5));
    assertThat(lines.next()).isInstanceOf(InputItem.Bad.class);
    assertThat(lines.next()).isEqualTo(text(2, "ok"));
    assertThat(lines.hasNext()).isFalse();
  }

  private static LineSource lines(String text, int most) {
    return new LineSource(
        new ByteSource(new ByteArrayInputStream(text.getBytes(UTF_8))), most, false);
  }

  @Test
  void csvKeepsQuotesCommasAndNewlinesOfThePrompt() throws Exception {
    assertThat(
            read(
                "a.csv",
                "id,Prompt,custom_id\r\n1,\"say \"\"hi\"\", then\nleave\",x\r\n2,plain,\r\n"))
        .containsExactly(
            new InputItem.Text(2, Optional.of("x"), "say \"hi\", then\nleave"), text(4, "plain"));
  }

  @Test
  void csvRowsWithoutAPromptAreReportedWithTheirLine() throws Exception {
    assertThat(read("a.csv", "id,prompt\n1\n2,\n3,good\n"))
        .containsExactly(
            new InputItem.Bad(2, "the row has 1 values and no prompt; add it"),
            new InputItem.Bad(3, "the prompt is empty; fill it in or remove the row"),
            text(4, "good"));
  }

  @Test
  void csvWithAnOpenQuoteReportsWhereItBeginsAndEnds() throws Exception {
    List<InputItem> items = read("a.csv", "prompt\nfine\n\"never closed\nmore\n");
    assertThat(items).hasSize(2).first().isEqualTo(text(2, "fine"));
    assertThat(items.getLast()).isInstanceOf(InputItem.Bad.class);
    assertThat(items.getLast().line()).isEqualTo(3);
  }

  @Test
  void csvWithoutAPromptColumnIsRefusedWithTheColumnsItHas() throws Exception {
    assertThatThrownBy(() -> read("a.csv", "question,answer\n1,2\n"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("[question, answer]")
        .hasMessageContaining("name the column to send 'prompt'");
  }

  @Property(tries = 100)
  void csvReturnsWhateverPromptsWereWritten(
      @ForAll @Size(min = 1, max = 20) List<@NotBlank String> prompts) throws Exception {
    List<String> clean =
        prompts.stream().map(p -> p.replaceAll("[\uD800-\uDFFF\u0000]", "x")).toList();
    StringBuilder csv = new StringBuilder("prompt\r\n");
    try (CSVPrinter printer = new CSVPrinter(csv, CSVFormat.RFC4180)) {
      for (String prompt : clean) {
        printer.printRecord("" + prompt);
      }
    }
    List<String> got = new ArrayList<>();
    try (InputReader reader =
        CsvReader.open(
            "a.csv", () -> new ByteArrayInputStream(csv.toString().getBytes(UTF_8)), MOST)) {
      reader.forEachRemaining(item -> got.add(((InputItem.Text) item).text()));
    }
    assertThat(got).isEqualTo(clean);
  }

  @Test
  void jsonLinesGiveTheRequestWithItsBodyUntouched() throws Exception {
    List<InputItem> items =
        read(
            "a.jsonl",
            """
            {"custom_id":"q1","method":"POST","url":"/v1/embeddings","body":{"model":"m","input":"hi"}}
            """);
    assertThat(items).singleElement().isInstanceOf(InputItem.Request.class);
    InputItem.Request request = (InputItem.Request) items.getFirst();
    assertThat(request.customId()).isEqualTo("q1");
    assertThat(request.endpoint()).isEqualTo("/v1/embeddings");
    assertThat(request.model()).contains("m");
    assertThat(UTF_8.decode(request.body()).toString())
        .isEqualTo("{\"model\":\"m\",\"input\":\"hi\"}");
  }

  @Test
  void eachBadJsonLineIsReportedByWhatIsWrongAndTheOthersRead() throws Exception {
    List<InputItem> items =
        read(
            "a.jsonl",
            """
            {"custom_id":"a","url":"/v1/embeddings","body":{}}
            not json
            {"url":"/v1/embeddings","body":{}}
            {"custom_id":"a","url":"/v1/embeddings","body":{}}
            {"custom_id":"b","method":"GET","url":"/v1/embeddings","body":{}}
            {"custom_id":"c","url":"/v1/images","body":{}}
            {"custom_id":"d","url":"/v1/embeddings","body":"text"}
            {"custom_id":"e","url":"/v1/chat/completions","body":{"stream":true}}
            {"custom_id":"f","url":"/v1/embeddings","body":{}} trailing
            {"custom_id":"g","url":"/v1/embeddings","body":{}}
            """);
    assertThat(items.stream().map(InputItem::line))
        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
    assertThat(items.stream().filter(InputItem.Bad.class::isInstance)).hasSize(7);
    assertThat(problem(items, 2)).contains("not valid JSON");
    assertThat(problem(items, 3)).contains("custom_id is missing");
    assertThat(problem(items, 5)).contains("must be \"POST\"");
    assertThat(problem(items, 6)).contains("/v1/chat/completions");
    assertThat(problem(items, 7)).contains("body is a text; give the request as a JSON object");
    assertThat(problem(items, 8)).contains("body.stream");
  }

  @Test
  void anUnknownEndingNamesTheKnownOnes() {
    assertThatThrownBy(() -> InputFile.of(folder.resolve("a.parquet")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(".txt")
        .hasMessageContaining(".csv")
        .hasMessageContaining(".jsonl");
  }

  @Test
  void aMissingFileIsRefusedByName() {
    assertThatThrownBy(() -> InputFile.of(folder.resolve("none.txt")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("none.txt");
  }

  private static String problem(List<InputItem> items, int line) {
    return ((InputItem.Bad) items.get(line - 1)).problem();
  }

  private static InputItem text(long line, String text) {
    return new InputItem.Text(line, Optional.empty(), text);
  }

  private List<InputItem> read(String name, String content) throws IOException, InputException {
    return read(Files.writeString(folder.resolve(name), content));
  }

  private static List<InputItem> read(Path file) throws IOException, InputException {
    List<InputItem> items = new ArrayList<>();
    try (InputReader reader = InputFile.of(file).open(MOST)) {
      reader.forEachRemaining(items::add);
    }
    return items;
  }
}
