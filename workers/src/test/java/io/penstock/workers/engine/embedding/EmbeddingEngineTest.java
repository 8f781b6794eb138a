package io.penstock.workers.engine.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineContract;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.engine.EngineRequests;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddingEngineTest extends EngineContract {

  private static final JsonMapper JSON = new JsonMapper();

  @Override
  protected Engine open() {
    return new EmbeddingEngine(EmbeddingConfig.defaults().withThreads(1), InstantSource.system());
  }

  @Override
  protected EngineRequest quick() {
    return EngineRequests.embedding("{\"model\":\"m\",\"input\":\"a short text\"}");
  }

  @Override
  protected EngineRequest slow() {
    String text = "\"" + "a long text about the sea and the ships on it ".repeat(40) + "\"";
    return EngineRequests.embedding(
        "{\"input\":[" + String.join(",", Collections.nCopies(2000, text)) + "]}");
  }

  @Test
  void similarTextsHaveSimilarVectors() throws Exception {
    List<float[]> vectors =
        vectors("{\"input\":[\"a cat sat on a mat\",\"a kitten rests on a rug\",\"tax law\"]}");

    assertThat(dot(vectors.get(0), vectors.get(1))).isGreaterThan(0.5);
    assertThat(dot(vectors.get(0), vectors.get(2))).isLessThan(0.3);
    assertThat(dot(vectors.get(0), vectors.get(0))).isCloseTo(1, within(1e-5));
  }

  @Test
  void answerHasOpenAisShape() throws Exception {
    JsonNode answer = answer("{\"input\":[\"one\",\"two\"],\"dimensions\":384}");

    assertThat(answer.path("object").asText()).isEqualTo("list");
    assertThat(answer.path("model").asText()).isEqualTo("m");
    assertThat(answer.path("data")).hasSize(2);
    assertThat(answer.path("data").get(1).path("index").asInt()).isEqualTo(1);
    assertThat(answer.path("data").get(1).path("object").asText()).isEqualTo("embedding");
    assertThat(answer.path("data").get(1).path("embedding")).hasSize(384);
    assertThat(answer.path("usage").path("total_tokens"))
        .isEqualTo(answer.path("usage").path("prompt_tokens"));
  }

  @Test
  void base64HoldsTheSameNumbersAsFloats() throws Exception {
    float[] floats = vectors("{\"input\":\"the same\"}").getFirst();
    JsonNode answer = answer("{\"input\":\"the same\",\"encoding_format\":\"base64\"}");
    byte[] bytes =
        Base64.getDecoder().decode(answer.path("data").get(0).path("embedding").asText());
    float[] decoded = new float[bytes.length / 4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(decoded);

    assertThat(decoded).isEqualTo(floats);
  }

  @Test
  void tokensAreTheModelsOwn() throws Exception {
    assertThat(tokens("hello world")).isEqualTo(2);
    assertThat(tokens("hello")).isEqualTo(1);
    assertThat(tokens("word ".repeat(509))).as("as the registry states").isEqualTo(509);
  }

  @Test
  void everyTokenOfALongTextCounts() throws Exception {
    String start = "ships ".repeat(300);
    List<float[]> vectors =
        vectors("{\"input\":[\"" + start + "\",\"" + start + "tax law ".repeat(100) + "\"]}");

    assertThat(dot(vectors.get(0), vectors.get(1))).isLessThan(0.9);
  }

  @Test
  void textLongerThanTheModelReadsIsRefusedNotCut() throws Exception {
    for (int tokens : new int[] {510, 511, 512, 3_000}) {
      String body = "{\"input\":[\"a\",\"" + "word ".repeat(tokens) + "\"]}";
      Failure failure = failure(engine().run(EngineRequests.embedding(body), () -> {}));
      assertThat(failure.getCategory()).isEqualTo(FailureCategory.REJECTED);
      assertThat(failure.getCode()).isEqualTo("context_length_exceeded");
      assertThat(failure.getField()).hasValue("body.input[1]");
    }
  }

  @Test
  void refusesWhatItCannotEmbedAndNamesTheField() throws Exception {
    assertInvalid("{}", "body.input");
    assertInvalid("{\"input\":[]}", "body.input");
    assertInvalid("{\"input\":\"  \"}", "body.input");
    assertInvalid("{\"input\":[\"a\",\"\"]}", "body.input[1]");
    assertInvalid("{\"input\":[1,2]}", "body.input[0]");
    assertInvalid("{\"input\":[[1,2],[3]]}", "body.input[0]");
    assertInvalid("{\"input\":{\"a\":1}}", "body.input");
    assertInvalid("{\"input\":\"a\",\"dimensions\":256}", "body.dimensions");
    assertInvalid("{\"input\":\"a\",\"dimensions\":0}", "body.dimensions");
    assertInvalid("{\"input\":\"a\",\"encoding_format\":\"int8\"}", "body.encoding_format");
    assertInvalid("{\"input\":\"" + "a".repeat(40_000) + "\"}", "body.input[0]");
    assertInvalid(
        "{\"input\":[" + String.join(",", Collections.nCopies(2049, "\"a\"")) + "]}", "body.input");
  }

  @Test
  void oddTextNeverBreaksTheEngine() throws Exception {
    for (String text :
        List.of(
            "\\ud800", "\\u0000", "a\\u0000b", "\\ud83d\\ude00", "\\u200b", "\\ufeff", "\\u0007")) {
      EngineReply reply =
          engine().run(EngineRequests.embedding("{\"input\":\"" + text + "\"}"), () -> {});
      if (reply instanceof EngineReply.Failed failed) {
        assertThat(failed.failure().getCategory()).as(text).isEqualTo(FailureCategory.INVALID);
      }
    }
    assertThat(vectors("{\"input\":\"still here\"}")).hasSize(1);
  }

  private void assertInvalid(String body, String field) throws InterruptedException {
    Failure failure = failure(engine().run(EngineRequests.embedding(body), () -> {}));
    assertThat(failure.getCategory()).isEqualTo(FailureCategory.INVALID);
    assertThat(failure.getField()).hasValue(field);
    assertThat(failure.getMessage()).contains(field);
  }

  private long tokens(String text) throws Exception {
    return answer("{\"input\":\"" + text + "\"}").path("usage").path("prompt_tokens").asLong();
  }

  private List<float[]> vectors(String body) throws Exception {
    List<float[]> vectors = new ArrayList<>();
    for (JsonNode item : answer(body).path("data")) {
      vectors.add(JSON.convertValue(item.path("embedding"), float[].class));
    }
    return vectors;
  }

  private JsonNode answer(String body) throws Exception {
    EngineReply reply = engine().run(EngineRequests.embedding(body), () -> {});
    assertThat(reply).isInstanceOf(EngineReply.Answered.class);
    return JSON.readTree(((EngineReply.Answered) reply).body());
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
