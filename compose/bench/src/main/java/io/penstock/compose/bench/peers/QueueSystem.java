package io.penstock.compose.bench.peers;

import io.penstock.compose.bench.load.RequestLog;
import java.time.Duration;

/**
 * A system that takes requests, lets workers run them and gives their results back, with its server
 * running and two workers ready. An instance belongs to one thread.
 */
interface QueueSystem extends AutoCloseable {

  /**
   * Keeps this many urgent requests of no work in flight.
   *
   * @return results per second after the ramp-up
   */
  double closedLoop(Duration rampUp, Duration time, int inFlight) throws Exception;

  /** Sends urgent requests of no work on schedule, and waits for their results. */
  RequestLog openLoop(double perSecond, Duration time) throws Exception;

  /**
   * Puts batch requests on the queue. They run from half to one and a half of the settings' time,
   * so that slots do not become free all at once.
   */
  void fill(long count) throws Exception;

  /** Requests that no worker has taken. */
  long waiting() throws Exception;

  /**
   * Ends both workers, starts two of their own processes on another queue, sends them requests on
   * schedule and kills one of the two with SIGKILL while it has some. For the last call.
   */
  KilledWorker killWorker() throws Exception;

  /** Ends everything that was started for it. */
  @Override
  void close();
}
