package io.penstock.compose.bench.load;

import io.penstock.compose.bench.load.RequestLog.Moment;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.cluster.ClusterConnection;
import java.time.Duration;
import org.apache.kafka.common.errors.WakeupException;

/** Reads results, as {@link ResultReader} does, on a thread of its own. */
public final class ResultTap implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  private final ResultReader results;
  private final Thread thread;
  private volatile Sink sink = (result, micros) -> {};
  private volatile boolean closing;

  /** Receives each result, on the reading thread. */
  @FunctionalInterface
  public interface Sink {

    void result(InferenceResult result, long visibleMicros);
  }

  public ResultTap(ClusterConnection connection, String topic) {
    results = new ResultReader(connection, topic);
    thread = Thread.ofPlatform().name("bench-results").daemon().start(this::run);
  }

  /** From now on this is told. */
  public void tell(Sink told) {
    sink = told;
  }

  /** Writes results into this log from now on. */
  public void record(RequestLog log) {
    tell((result, visible) -> enter(log, result, visible));
  }

  private static void enter(RequestLog log, InferenceResult result, long visibleMicros) {
    log.number(result.getId())
        .ifPresent(
            number -> {
              boolean success = result.getStatus() == TerminalStatus.SUCCEEDED;
              if (log.result(number, success, visibleMicros)) {
                result
                    .getStartedAt()
                    .ifPresent(at -> log.at(number, Moment.STARTED, EpochMicros.of(at)));
                result
                    .getEngineFinishedAt()
                    .ifPresent(at -> log.at(number, Moment.FINISHED, EpochMicros.of(at)));
              }
            });
  }

  private void run() {
    try (results) {
      while (!closing) {
        results.poll(POLL, result -> sink.result(result, EpochMicros.now()));
      }
    } catch (WakeupException _) {
      // Closing.
    }
  }

  @Override
  public void close() {
    closing = true;
    results.wakeUp();
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
