package io.penstock.compose.demo.routing;

import io.penstock.compose.bench.rig.ForwardingEngine;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineListener;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import java.util.concurrent.atomic.AtomicLong;

/** An engine that can be made to fail a share of its requests. This class is thread-safe. */
public final class FaultyEngine extends ForwardingEngine {

  private final AtomicLong requests = new AtomicLong();
  private volatile double failing;

  public FaultyEngine(Engine engine) {
    super(engine);
  }

  /**
   * Makes this share of requests fail from now on.
   *
   * @param share from 0 to 1
   */
  public void fail(double share) {
    failing = share;
  }

  @Override
  public EngineReply run(EngineRequest request, EngineListener listener)
      throws InterruptedException {
    long number = requests.incrementAndGet();
    // Evenly spread, so that a share of a few requests is that share.
    if (Math.floor(number * failing) > Math.floor((number - 1) * failing)) {
      return new EngineReply.Failed(
          Failure.newBuilder()
              .setCategory(FailureCategory.REJECTED)
              .setCode("bad_weights")
              .setMessage("the engine was told to fail this request")
              .setStatusCode(500)
              .build());
    }
    return super.run(request, listener);
  }
}
