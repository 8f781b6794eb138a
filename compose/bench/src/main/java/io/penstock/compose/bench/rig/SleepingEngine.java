package io.penstock.compose.bench.rig;

import io.penstock.schemas.TokenUsage;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineListener;
import io.penstock.workers.engine.EngineLoad;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Runs no model: sleeps for a time, then answers. Says nothing of its load. */
public final class SleepingEngine implements Engine {

  private static final byte[] ANSWER =
      "{\"object\":\"chat.completion\",\"choices\":[]}".getBytes(StandardCharsets.UTF_8);

  private final Function<EngineRequest, Duration> time;

  /**
   * @param time asked for each request
   */
  public SleepingEngine(Supplier<Duration> time) {
    this(_ -> time.get());
  }

  /**
   * @param time how long a request takes
   */
  public SleepingEngine(Function<EngineRequest, Duration> time) {
    this.time = time;
  }

  @Override
  public String name() {
    return "sleeping";
  }

  @Override
  public boolean serves(String endpoint) {
    return true;
  }

  @Override
  public EngineReply run(EngineRequest request, EngineListener listener)
      throws InterruptedException {
    Thread.sleep(time.apply(request));
    return new EngineReply.Answered(
        200,
        ANSWER,
        TokenUsage.newBuilder()
            .setPromptTokens(request.promptTokens())
            .setCompletionTokens(1)
            .build());
  }

  @Override
  public Optional<EngineLoad> load() {
    return Optional.empty();
  }

  @Override
  public void close() {
    // Nothing is held; sleeping runs are interrupted by the worker.
  }
}
