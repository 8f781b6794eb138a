package io.penstock.compose.bench.real;

import io.penstock.compose.bench.rig.ForwardingEngine;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineListener;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import java.util.Map;

/**
 * Tells an engine how much to generate, by the request's id. So the length is known where a real
 * model would decide it, and neither score nor dispatch can see it in the request.
 */
final class RevealedLengths extends ForwardingEngine {

  private final Map<String, Integer> outputTokens;

  RevealedLengths(Engine engine, Map<String, Integer> outputTokens) {
    super(engine);
    this.outputTokens = Map.copyOf(outputTokens);
  }

  @Override
  public EngineReply run(EngineRequest request, EngineListener listener)
      throws InterruptedException {
    Integer length = outputTokens.get(request.id());
    return super.run(length == null ? request : generating(request, length), listener);
  }

  private static EngineRequest generating(EngineRequest request, int tokens) {
    return new EngineRequest(
        request.id(),
        request.endpoint(),
        request.model(),
        request.body(),
        request.promptTokens(),
        tokens,
        request.deadline(),
        request.traceparent());
  }
}
