package io.penstock.compose.bench.real;

import io.penstock.compose.bench.load.EpochMicros;
import io.penstock.compose.bench.sim.FleetExperiment;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Hands requests out when they are due, on the calling thread; late rather than never. */
final class Arrivals {

  private Arrivals() {}

  /**
   * When the first request was due, and the most any was late.
   *
   * @param beginMicros since 1970
   */
  record Sent(long beginMicros, long latestMicros) {}

  static Sent run(
      List<FleetExperiment.Request> requests,
      TimeScale scale,
      Consumer<FleetExperiment.Request> send)
      throws InterruptedException {
    long begin = System.nanoTime();
    long beginMicros = EpochMicros.now();
    long latest = 0;
    for (FleetExperiment.Request request : requests) {
      long due = begin + scale.real(request.arrivalNanos());
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
      latest = Math.max(latest, System.nanoTime() - due);
      send.accept(request);
    }
    return new Sent(beginMicros, latest / 1000);
  }
}
