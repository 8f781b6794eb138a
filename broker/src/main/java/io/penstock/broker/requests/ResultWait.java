package io.penstock.broker.requests;

import io.penstock.broker.home.ResultRecord;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for the result of one request. One thread waits; any may end the waiting. */
public final class ResultWait implements Watcher {

  private final CompletableFuture<Optional<ResultRecord>> end = new CompletableFuture<>();
  private volatile boolean stopped;

  @Override
  public void result(ResultRecord record) {
    end.complete(Optional.of(record));
  }

  @Override
  public void stopping() {
    stopped = true;
    abandon();
  }

  /** Whether the waiting ended because the instance stops. */
  public boolean isStopped() {
    return stopped;
  }

  /** Ends the waiting without a result. */
  public void abandon() {
    end.complete(Optional.empty());
  }

  /**
   * The result; empty if it has not come in time, or the waiting was abandoned.
   *
   * @param most how long to wait
   */
  public Optional<ResultRecord> await(Duration most) throws InterruptedException {
    try {
      return end.get(Math.max(0, most.toMillis()), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      return Optional.empty();
    } catch (ExecutionException impossible) {
      throw new IllegalStateException("nothing completes it so", impossible);
    }
  }

  /** Whether somebody ended the waiting, or the result came. */
  public boolean isEnded() {
    return end.isDone();
  }
}
