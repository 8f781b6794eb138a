package io.penstock.compose.bench.rig;

import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineListener;
import io.penstock.workers.engine.EngineLoad;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import java.util.Optional;

/** Does what another engine does; those that extend it change one thing of that. */
public abstract class ForwardingEngine implements Engine {

  private final Engine engine;

  /**
   * @param engine closed with this one
   */
  protected ForwardingEngine(Engine engine) {
    this.engine = engine;
  }

  @Override
  public String name() {
    return engine.name();
  }

  @Override
  public Optional<String> account() {
    return engine.account();
  }

  @Override
  public boolean serves(String endpoint) {
    return engine.serves(endpoint);
  }

  @Override
  public EngineReply run(EngineRequest request, EngineListener listener)
      throws InterruptedException {
    return engine.run(request, listener);
  }

  @Override
  public Optional<EngineLoad> load() {
    return engine.load();
  }

  @Override
  public void close() {
    engine.close();
  }
}
