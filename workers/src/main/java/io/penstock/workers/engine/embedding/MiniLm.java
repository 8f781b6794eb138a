package io.penstock.workers.engine.embedding;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.onnx.AbstractInProcessEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxBertBiEncoder;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * all-MiniLM-L6-v2, quantised: 384 dimensions, mean pooling, vectors of length 1. Weights and
 * tokenizer come out of LangChain4j's jar; they are loaded once and shared by the whole process.
 *
 * <p>LangChain4j's own model object lets ONNX Runtime start a thread for each core; this session
 * has none, so that inference happens on the calling thread alone and the engine's thread count
 * bounds the cores it uses.
 *
 * <p>The network reads 512 tokens at most, two of them its own marks. The tokenizer's file would
 * cut texts after 126 tokens, unsaid; its limit is raised here to the network's own. (LangChain4j
 * means to average windows of a longer text, but its tokenizer cuts before it sees them.) A text of
 * more than {@link #MAX_TOKENS} tokens is refused rather than cut. The weights were trained on
 * texts of up to 128 tokens: meaning blurs as texts grow beyond.
 */
final class MiniLm {

  static final String NAME = "all-minilm-l6-v2-q";
  static final int DIMENSIONS = 384;

  /** The most tokens that the network reads, its own two marks included. */
  private static final int CONTEXT = 512;

  /**
   * One token less than fits, since a text that just fits looks like one that was cut. The
   * registry's entry of the model states the same.
   */
  static final int MAX_TOKENS = CONTEXT - 3;

  private final Encoder encoder;

  private MiniLm(Encoder encoder) {
    this.encoder = encoder;
  }

  /**
   * @param vector of length 1, with {@link #DIMENSIONS} elements
   * @param tokens tokens of the text by the model's own tokenizer
   */
  record Embedded(float[] vector, int tokens) {}

  /** The one instance of this process. Loading it takes about a second. */
  static MiniLm shared() {
    return Holder.SHARED;
  }

  /**
   * Computes on the calling thread, which should be a platform thread. The method is thread-safe.
   *
   * @return more than {@link #MAX_TOKENS} tokens if the text was too long: its vector is worthless
   * @throws IllegalArgumentException if the text has no token
   */
  Embedded embed(String text) {
    var response = encoder.embedAll(List.of(TextSegment.from(text)));
    return new Embedded(
        response.content().getFirst().vector(), response.tokenUsage().inputTokenCount());
  }

  private static final class Holder {
    static final MiniLm SHARED = load();

    private static MiniLm load() {
      try (InputStream weights = resource(NAME + ".onnx");
          InputStream tokenizer = resource(NAME + "-tokenizer.json");
          var options = new OrtSession.SessionOptions()) {
        options.setIntraOpNumThreads(1);
        options.setInterOpNumThreads(1);
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        OrtSession session = environment.createSession(weights.readAllBytes(), options);
        return new MiniLm(
            new Encoder(
                new OnnxBertBiEncoder(
                    environment, session, reading512Tokens(tokenizer), PoolingMode.MEAN)));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read the weights of " + NAME, e);
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime cannot load " + NAME, e);
      }
    }

    private static InputStream reading512Tokens(InputStream tokenizer) throws IOException {
      var json = new JsonMapper();
      var settings = (ObjectNode) json.readTree(tokenizer);
      ((ObjectNode) settings.get("truncation")).put("max_length", CONTEXT);
      return new ByteArrayInputStream(json.writeValueAsBytes(settings));
    }

    private static InputStream resource(String name) throws IOException {
      InputStream stream =
          AbstractInProcessEmbeddingModel.class.getClassLoader().getResourceAsStream(name);
      if (stream == null) {
        throw new IOException("the class path has no " + name);
      }
      return stream;
    }
  }

  /** Gives LangChain4j's pooling and windowing our own session. */
  private static final class Encoder extends AbstractInProcessEmbeddingModel {

    private final OnnxBertBiEncoder encoder;

    Encoder(OnnxBertBiEncoder encoder) {
      super(Runnable::run);
      this.encoder = encoder;
    }

    @Override
    protected OnnxBertBiEncoder model() {
      return encoder;
    }

    @Override
    protected Integer knownDimension() {
      return DIMENSIONS;
    }
  }
}
