package io.penstock.compose.demo.routing;

import io.penstock.compose.bench.load.Pacing;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.client.PenstockClient;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/** Sends requests at a steady rate on a thread of its own until it is told to end. */
public final class SteadyLoad {

  private final PenstockClient client;
  private final RoutingLedger ledger;
  private final IntFunction<InferenceRequest> requests;
  private final Pacing pacing;
  private final Thread thread;
  private volatile boolean ending;

  private SteadyLoad(
      PenstockClient client,
      RoutingLedger ledger,
      double perSecond,
      IntFunction<InferenceRequest> requests) {
    this.client = client;
    this.ledger = ledger;
    this.requests = requests;
    this.pacing = new Pacing(perSecond);
    this.thread = Thread.ofPlatform().name("demo-load").daemon().start(this::run);
  }

  /**
   * Begins at once.
   *
   * @param requests makes the request of each number, from 0
   */
  public static SteadyLoad start(
      PenstockClient client,
      RoutingLedger ledger,
      double perSecond,
      IntFunction<InferenceRequest> requests) {
    return new SteadyLoad(client, ledger, perSecond, requests);
  }

  private void run() {
    long begin = System.nanoTime();
    for (int number = 0; !ending; number++) {
      long wait = begin + pacing.dueNanos(number) - System.nanoTime();
      if (wait > 0) {
        LockSupport.parkNanos(wait);
      }
      InferenceRequest request = requests.apply(number);
      ledger.sending(request.getId());
      var _ = client.send(request);
    }
  }

  /** Stops sending; what was sent is still answered. */
  public void end() throws InterruptedException {
    ending = true;
    thread.join();
  }
}
