package io.penstock.workers.engine.simulated;

import io.penstock.schemas.extension.Options;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineOption;
import io.penstock.workers.engine.EngineProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** Provides {@link SimulatedEngine} under the name {@code simulated}. */
public final class SimulatedEngineProvider implements EngineProvider {

  private static final String DEFAULT_PROFILE = "llama3.1-8b_a100tp2";

  private static final String PROFILE = "profile";
  private static final String PROFILES_FILE = "profiles-file";
  private static final String SPEED = "speed";
  private static final String SPEED_UP = "speed-up";
  private static final String CHUNK_TOKENS = "chunk-tokens";
  private static final String KV_POLICY = "kv-policy";
  private static final String START_UP = "start-up";
  private static final String FAILURE_PROBABILITY = "failure-probability";
  private static final String SEED = "seed";
  private static final String DIMENSIONS = "dimensions";

  @Override
  public String name() {
    return "simulated";
  }

  @Override
  public List<EngineOption> options() {
    return List.of(
        new EngineOption(PROFILE, "The GPU to behave like. Default: " + DEFAULT_PROFILE + "."),
        new EngineOption(PROFILES_FILE, "A CSV file of profiles to use instead of the built-in."),
        new EngineOption(SPEED, "The GPU's speed as a multiple of its profile. Default: 1."),
        new EngineOption(
            SPEED_UP, "How many seconds of the GPU pass in one real second. Default: 1."),
        new EngineOption(CHUNK_TOKENS, "Prompt tokens the GPU takes in one step. Default: 512."),
        new EngineOption(
            KV_POLICY, "How sequences take the KV cache: grow or reserve. Default: grow."),
        new EngineOption(START_UP, "How long the GPU takes to start. Default: 0s."),
        new EngineOption(
            FAILURE_PROBABILITY, "The share of requests that fail, 0 to 1. Default: 0."),
        new EngineOption(SEED, "The seed that decides which requests fail. Default: 0."),
        new EngineOption(DIMENSIONS, "The length of made-up embeddings. Default: 384."));
  }

  @Override
  public Engine create(Options options, InstantSource clock) {
    return new SimulatedEngine(config(options), clock);
  }

  static SimulatedConfig config(Options options) {
    GpuProfiles profiles =
        options
            .path(PROFILES_FILE)
            .map(SimulatedEngineProvider::read)
            .orElseGet(GpuProfiles::builtIn);
    BatchingSettings defaults = BatchingSettings.DEFAULTS;
    long seed = options.take(SEED, 0L);
    double failures = options.take(FAILURE_PROBABILITY, 0.0);
    var batching =
        new BatchingSettings(
            options.take(CHUNK_TOKENS, defaults.chunkTokens()),
            options.oneOf(KV_POLICY, defaults.kvPolicy()),
            options.take(SPEED, defaults.speed()),
            options.take(START_UP, defaults.startUp()),
            failures == 0 ? Faults.NONE : Faults.random(seed, failures));
    return new SimulatedConfig(
        profiles.named(options.text(PROFILE).orElse(DEFAULT_PROFILE)),
        batching,
        options.take(SPEED_UP, 1.0),
        options.take(DIMENSIONS, SimulatedConfig.DEFAULT_EMBEDDING_DIMENSIONS));
  }

  private static GpuProfiles read(Path file) {
    try {
      return GpuProfiles.read(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "profiles-file: cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }
}
