package io.penstock.compose.bench.protocol;

import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineListener;
import io.penstock.workers.engine.EngineLoad;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import java.util.Optional;

/** An engine that tells no load; what it would run, {@link WorkerHost} runs on its clock. */
final class NoEngine implements Engine {

  @Override
  public String name() {
    return "simulated";
  }

  @Override
  public boolean serves(String endpoint) {
    return true;
  }

  @Override
  public EngineReply run(EngineRequest request, EngineListener listener) {
    throw new UnsupportedOperationException("runs are those of the simulation");
  }

  @Override
  public Optional<EngineLoad> load() {
    return Optional.empty();
  }

  @Override
  public void close() {}
}
