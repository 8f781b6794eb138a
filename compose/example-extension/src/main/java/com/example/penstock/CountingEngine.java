package com.example.penstock;

import io.penstock.schemas.TokenUsage;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineListener;
import io.penstock.workers.engine.EngineLoad;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.engine.body.GenerationBody;
import io.penstock.workers.engine.body.InvalidBodyException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Completes any prompt by counting from 1 to the number of tokens that were asked for. */
public final class CountingEngine implements Engine {

  private static final String NAME = "counting/1";
  private static final String ENDPOINT = "/v1/completions";
  private static final long USUAL_TOKENS = 16;
  private static final long MOST_WRITTEN = 10_000;

  private final Duration perToken;
  private final InstantSource clock;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * Starts the engine.
   *
   * @param perToken how long it takes to count by one, 0 or more
   */
  public CountingEngine(Duration perToken, InstantSource clock) {
    if (perToken.isNegative()) {
      throw new IllegalArgumentException(
          "per-token is %s; it must be 0 or more".formatted(perToken));
    }
    this.perToken = perToken;
    this.clock = clock;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean serves(String endpoint) {
    return endpoint.equals(ENDPOINT);
  }

  @Override
  public EngineReply run(EngineRequest request, EngineListener listener)
      throws InterruptedException {
    if (!serves(request.endpoint())) {
      return EngineReply.Failed.unknownEndpoint(NAME, request.endpoint());
    }
    long tokens;
    try {
      GenerationBody body = GenerationBody.parse(request.body(), "prompt");
      tokens = Math.min(body.maxTokens().orElse(USUAL_TOKENS), request.maxOutputTokens());
    } catch (InvalidBodyException e) {
      return e.reply();
    }
    Duration takes = perToken.multipliedBy(tokens);
    Duration left = Duration.between(clock.instant(), request.deadline());
    boolean inTime = takes.compareTo(left) < 0;
    if (closed.await(Math.max(0, (inTime ? takes : left).toNanos()), TimeUnit.NANOSECONDS)) {
      return EngineReply.Failed.closed(NAME);
    }
    return inTime ? answer(request, tokens) : EngineReply.Failed.deadlinePassed(NAME);
  }

  @Override
  public Optional<EngineLoad> load() {
    return Optional.empty();
  }

  @Override
  public void close() {
    closed.countDown();
  }

  private static EngineReply answer(EngineRequest request, long tokens) {
    String counted =
        LongStream.rangeClosed(1, Math.min(tokens, MOST_WRITTEN))
            .mapToObj(Long::toString)
            .collect(Collectors.joining(" "));
    String body =
        "{\"object\":\"text_completion\",\"choices\":[{\"index\":0,\"text\":\"%s\"}],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d}}"
            .formatted(counted, request.promptTokens(), tokens);
    return new EngineReply.Answered(
        200,
        body.getBytes(StandardCharsets.UTF_8),
        new TokenUsage(request.promptTokens(), tokens, 0L));
  }
}
