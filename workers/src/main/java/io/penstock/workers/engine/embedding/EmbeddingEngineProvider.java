package io.penstock.workers.engine.embedding;

import io.penstock.schemas.extension.Options;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineOption;
import io.penstock.workers.engine.EngineProvider;
import java.time.InstantSource;
import java.util.List;

/** Provides {@link EmbeddingEngine} under the name {@code embedding}. */
public final class EmbeddingEngineProvider implements EngineProvider {

  private static final String THREADS = "threads";
  private static final String MAX_INPUTS = "max-inputs";
  private static final String MAX_INPUT_CHARACTERS = "max-input-characters";

  @Override
  public String name() {
    return "embedding";
  }

  @Override
  public List<EngineOption> options() {
    return List.of(
        new EngineOption(THREADS, "Inference threads. Default: all cores but one."),
        new EngineOption(MAX_INPUTS, "The most texts in one request, 1 to 2048. Default: 2048."),
        new EngineOption(
            MAX_INPUT_CHARACTERS, "The longest text of a request, 1 or more. Default: 32768."));
  }

  @Override
  public Engine create(Options options, InstantSource clock) {
    return new EmbeddingEngine(config(options), clock);
  }

  static EmbeddingConfig config(Options options) {
    EmbeddingConfig defaults = EmbeddingConfig.defaults();
    return new EmbeddingConfig(
        options.take(THREADS, defaults.threads()),
        options.take(MAX_INPUTS, defaults.maxInputs()),
        options.take(MAX_INPUT_CHARACTERS, defaults.maxInputCharacters()));
  }
}
