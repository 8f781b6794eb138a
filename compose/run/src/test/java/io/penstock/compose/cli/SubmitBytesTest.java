package io.penstock.compose.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is sent, and what is printed, is what was written: compared byte by byte. */
class SubmitBytesTest {

  private static final String BODY =
      "{ \"model\" : \"m\",\"temperature\":1.0, \"x\":[-0.0,0.10,1e400,1E+5,"
          + " 12345678901234567890.10],\n"
          + "\t\"input\":\"\\ud83d \\u00e9 \\/ \uFFFD \uD83D\uDE00\",\"stream\":null } ";

  @TempDir Path home;
  private CliHarness cli;

  @BeforeEach
  void newHarness() {
    cli = new CliHarness(home);
  }

  private String sent() {
    return UTF_8.decode(cli.submitted.getFirst().getBody().duplicate()).toString();
  }

  @Test
  void aBodyFileIsSentAsItIs() throws IOException {
    Path file = Files.writeString(home.resolve("body.json"), BODY);
    assertThat(cli.run("submit", "--body-file", file.toString())).isZero();
    assertThat(sent()).isEqualTo(BODY);
    assertThat(cli.submitted.getFirst().getModel()).isEqualTo("m");
  }

  @Test
  void aModelOptionChangesTheRequestAndNotTheBody() throws IOException {
    Path file = Files.writeString(home.resolve("body.json"), "\uFEFF" + BODY);
    assertThat(cli.run("submit", "--model", "other", "--body-file", file.toString())).isZero();
    assertThat(sent()).isEqualTo(BODY);
    assertThat(cli.submitted.getFirst().getModel()).isEqualTo("other");
  }

  @Test
  void aBodyOptionIsSentAsItIs() {
    assertThat(cli.run("submit", "--body", BODY)).isZero();
    assertThat(sent()).isEqualTo(BODY);
  }

  @Test
  void theBodyOfABatchLineIsSentAsItIs() throws IOException {
    String body = BODY.strip().replace('\n', ' ');
    Path file =
        Files.writeString(
            home.resolve("b.jsonl"),
            "{\"custom_id\":\"a\", \"url\":\"/v1/embeddings\", \"body\":  " + body + "  }\n");
    assertThat(cli.run("submit", "--model", "other", "--file", file.toString())).isZero();
    assertThat(sent()).isEqualTo(body);
  }

  @Test
  void textsOfFilesAreSentWithTheirSpaces() throws IOException {
    Path file = Files.writeString(home.resolve("t.txt"), "  def f():\u00a0 \t\n");
    assertThat(cli.run("submit", "--model", "m", "--file", file.toString())).isZero();
    assertThat(sent()).isEqualTo("{\"model\":\"m\",\"input\":\"  def f():\u00a0 \\t\"}");
  }

  @Test
  void aNameTwiceInABodyFileIsRefused() throws IOException {
    Path file =
        Files.writeString(
            home.resolve("body.json"), "{\"model\":\"m\",\"input\":\"a\",\"input\":\"b\"}");
    assertThat(cli.run("submit", "--body-file", file.toString())).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("the name \"input\" stands twice in one object");
    assertThat(cli.submitted).isEmpty();
  }

  @Test
  void aBodyFileThatIsTooLargeOrNotUtf8IsRefused() throws IOException {
    int most = cli.topics().maxRequestBytes();
    Path large = Files.write(home.resolve("large.json"), new byte[most + 1]);
    assertThat(cli.run("submit", "--body-file", large.toString())).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("more than " + most + " bytes");
    Path latin = Files.write(home.resolve("l.json"), new byte[] {'"', (byte) 0xE9, '"'});
    assertThat(cli.run("submit", "--body-file", latin.toString())).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("not UTF-8");
  }

  @Test
  void anAnswerIsPrintedAsItCame() {
    String answer = "{\"data\": [1.0,-0.0, 0.10,1e400],\n\"s\":\"\\ud83d \\u00e9\"}";
    cli.answer = request -> answered(request, answer);
    assertThat(cli.run("submit", "--model", "m", "--text", "x")).isZero();
    assertThat(cli.out()).isEqualTo(answer + System.lineSeparator());
  }

  @Test
  void aResultAsJsonHoldsTheAnswerAsItCame() throws IOException {
    String answer = "{\"data\": [1.0,-0.0, 0.10,1e400],  \"s\":\"\\ud83d \\u00e9\"}";
    cli.answer = request -> answered(request, answer);
    assertThat(cli.run("submit", "--model", "m", "--text", "x", "--json")).isZero();
    assertThat(cli.out()).contains("\"body\":" + answer + ",");
    Path output = home.resolve("out.jsonl");
    cli.run("submit", "--model", "m", "--text", "x", "--output", output.toString());
    assertThat(Files.readString(output)).contains("\"body\":" + answer + ",");
  }

  private static InferenceResult answered(InferenceRequest request, String answer) {
    return InferenceResult.newBuilder(Samples.succeeded(request))
        .setBody(ByteBuffer.wrap(answer.getBytes(UTF_8)))
        .build();
  }
}
