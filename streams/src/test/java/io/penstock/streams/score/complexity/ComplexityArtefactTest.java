package io.penstock.streams.score.complexity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.penstock.streams.score.complexity.training.ComplexityTrainer;
import io.penstock.streams.score.complexity.training.TrainingPrompts;
import io.penstock.streams.score.complexity.training.TrainingSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComplexityArtefactTest {

  private static final LinearModel MODEL =
      new ComplexityTrainer(
              TrainingPrompts.some(120, 1), new TrainingSettings(6, 3, 1, "none; made for a test"))
          .train(done -> {});

  @TempDir Path folder;

  @Test
  void whatIsWrittenReadsAsThePredictorItWas() throws IOException {
    Path file = folder.resolve("a.json.gz");
    ComplexityArtefact.write(MODEL, file);

    LinearModel read = ComplexityArtefact.read(file);

    assertThat(read.facts()).isEqualTo(MODEL.facts());
    for (String prompt : List.of("Prove it.", "What is 2 + 2?", "", "x".repeat(30_000))) {
      assertThat(new LinearComplexityPredictor(read).estimate(prompt).gain())
          .isCloseTo(new LinearComplexityPredictor(MODEL).estimate(prompt).gain(), within(1e-3));
    }
    assertThat(ComplexityArtefact.encode(read)).isEqualTo(ComplexityArtefact.encode(read));
  }

  @Test
  void theShippedPredictorTellsHardFromEasy() {
    LinearModel shipped = ComplexityArtefact.shipped();
    LinearComplexityPredictor predictor = new LinearComplexityPredictor(shipped);

    ComplexityEstimate easy = predictor.estimate("What is the capital of France?");

    assertThat(shipped.facts().licence()).contains("Apache-2.0");
    assertThat(shipped.facts().apgr().value()).isGreaterThan(0.6);
    assertThat(easy.cheapQuality()).isBetween(0.0, 1.0);
    assertThat(easy.difficulty()).isBetween(0.0, 1.0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"format\":\"penstock-complexity\" | \"format\":\"other\" | format",
        "\"version\":1 | \"version\":99 | has version 99",
        "\"buckets\":98304 | \"buckets\":7 | features",
        "\"shapeMean\" | \"shapeMedian\" | no field shapeMean",
        "\"step\": | \"stepp\": | stepp"
      })
  void aFileOfAnotherKindSaysWhatIsWrongAndWhatToDo(String from, String to, String says)
      throws IOException {
    String json = unzip(ComplexityArtefact.encode(MODEL)).replaceFirst(from, to);
    Path file = Files.write(folder.resolve("b.json.gz"), zip(json));

    assertThatThrownBy(() -> ComplexityArtefact.read(file))
        .isInstanceOf(InvalidArtefactException.class)
        .hasMessageContaining("b.json.gz")
        .hasMessageContaining(says)
        .hasMessageContaining("penstock complexity train");
  }

  @Test
  void aFileThatIsCutOrNoGzipIsRefused() throws IOException {
    byte[] whole = ComplexityArtefact.encode(MODEL);
    Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, whole.length / 2));
    Path text = Files.writeString(folder.resolve("text"), "{}");
    Path list = Files.write(folder.resolve("list"), zip("[]"));

    assertThatThrownBy(() -> ComplexityArtefact.read(cut)).hasMessageContaining("not gzipped JSON");
    assertThatThrownBy(() -> ComplexityArtefact.read(text))
        .hasMessageContaining("not gzipped JSON");
    assertThatThrownBy(() -> ComplexityArtefact.read(list)).hasMessageContaining("no JSON object");
  }

  private static String unzip(byte[] bytes) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static byte[] zip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }
}
