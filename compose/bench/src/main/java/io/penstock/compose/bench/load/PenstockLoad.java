package io.penstock.compose.bench.load;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicNames;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Loads one model of a Penstock and records what comes back: sends through a producer of its own,
 * and sees results as a read_committed consumer does. Loops are for one thread; meanwhile others
 * may {@link #send}.
 */
public final class PenstockLoad implements AutoCloseable {

  private final Duration deadline;
  private final RequestSender sender;
  private final ResultTap results;
  private final AtomicLong failed = new AtomicLong();
  private int rounds;

  /**
   * @param model its name is part of the requests' ids, so one load per model and cluster
   * @param deadline of each request, from when it is sent
   */
  public PenstockLoad(
      ClusterConnection connection, TopicNames names, String model, Duration deadline) {
    this.deadline = deadline;
    sender = new RequestSender(connection, names, model, 1);
    try {
      results = new ResultTap(connection, names.results());
    } catch (RuntimeException e) {
      sender.close();
      throw e;
    }
  }

  /**
   * Keeps requests in flight for a time.
   *
   * @param rampUp at the begin, not counted
   * @return results per second after the ramp-up
   * @throws IllegalStateException if results stay away
   */
  public double closedLoop(ServiceClass serviceClass, int inFlight, Duration rampUp, Duration time)
      throws InterruptedException {
    ClosedLoop loop = new ClosedLoop(inFlight);
    String round = round();
    results.tell(
        (result, micros) -> {
          if (result.getId().startsWith(round + ":")) {
            count(result);
            loop.arrived();
          }
        });
    return loop.run(rampUp, time, number -> send(round + ":" + number, serviceClass));
  }

  private void count(InferenceResult result) {
    if (result.getStatus() != TerminalStatus.SUCCEEDED) {
      failed.incrementAndGet();
    }
  }

  /** Requests of closed loops so far whose result was no success. */
  public long failed() {
    return failed.get();
  }

  /**
   * Sends interactive requests on schedule for a time, and returns when all have their result.
   *
   * @param patience or so long after the last was sent
   */
  public RequestLog openLoop(double perSecond, Duration time, Duration patience)
      throws InterruptedException {
    Pacing pacing = new Pacing(perSecond);
    RequestLog log = new RequestLog(round(), pacing.count(time));
    results.record(log);
    OpenLoop.run(log, pacing, number -> send(log.id(number), ServiceClass.INTERACTIVE));
    log.await(patience);
    return log;
  }

  private String round() {
    return sender.model() + "-" + rounds++;
  }

  /** Sends one request; {@link #onResult} tells what becomes of it. */
  public void send(String id, ServiceClass serviceClass) {
    sender.send(id, serviceClass, deadline);
  }

  /** Returns when Kafka has all that was sent. */
  public void flush() {
    sender.flush();
  }

  /** Passes each result to the listener until the next loop, on a thread of this load. */
  public void onResult(ResultTap.Sink sink) {
    results.tell(sink);
  }

  @Override
  public void close() {
    results.close();
    sender.close();
  }
}
