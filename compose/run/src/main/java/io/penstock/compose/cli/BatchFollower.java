package io.penstock.compose.cli;

import io.penstock.compose.http.FrontClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far a batch is until it ends: with a bar on a terminal, else by a line for each change
 * of its status and each tenth of its requests.
 */
final class BatchFollower {

  private final FrontClient client;
  private final Console console;
  private final Clock clock;
  private final Duration interval;

  /**
   * @param interval how often to look
   */
  BatchFollower(FrontClient client, Console console, Clock clock, Duration interval) {
    this.client = client;
    this.console = console;
    this.clock = clock;
    this.interval = interval;
  }

  /** Returns the batch as it has ended. */
  BatchObject follow(String id) throws InterruptedException {
    console.note("%s goes on without this command; Ctrl-C only stops following it".formatted(id));
    Progress progress = null;
    try {
      while (true) {
        BatchObject batch = BatchCommand.read(client, id);
        if (progress == null && batch.total() > 0) {
          progress = new Progress(console, "answered", batch.total());
        }
        show(progress, batch);
        if (batch.isEnded()) {
          return batch;
        }
        Thread.sleep(interval);
      }
    } finally {
      if (progress != null) {
        progress.close();
      }
    }
  }

  private void show(@Nullable Progress progress, BatchObject batch) {
    if (progress != null) {
      progress.at(batch.done());
      progress.phase(phase(batch, clock.instant(), console.errTerminal()));
    }
  }

  /** What stands beside the bar. Without one, an estimate that moves would be a line each time. */
  static String phase(BatchObject batch, Instant now, boolean withEstimate) {
    return batch.status()
        + batch.ready(now).filter(_ -> withEstimate).map(ready -> ", " + ready).orElse("");
  }
}
