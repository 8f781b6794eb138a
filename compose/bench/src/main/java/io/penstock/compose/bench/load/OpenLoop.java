package io.penstock.compose.bench.load;

import io.penstock.compose.bench.load.RequestLog.Moment;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/** Sends on schedule, on the calling thread, and late rather than never when it is held up. */
public final class OpenLoop {

  private OpenLoop() {}

  /**
   * Sends all requests of a round.
   *
   * @param send given each number when it is due
   */
  public static void run(RequestLog log, Pacing pacing, IntConsumer send)
      throws InterruptedException {
    long begin = System.nanoTime();
    long beginMicros = EpochMicros.now();
    for (int number = 0; number < log.count(); number++) {
      long due = pacing.dueNanos(number);
      for (long wait = begin + due - System.nanoTime();
          wait > 0;
          wait = begin + due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
      log.at(number, Moment.DUE, beginMicros + due / 1000);
      log.at(number, Moment.SENT, EpochMicros.now());
      send.accept(number);
    }
  }
}
