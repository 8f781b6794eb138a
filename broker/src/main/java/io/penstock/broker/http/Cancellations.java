package io.penstock.broker.http;

import io.penstock.broker.home.RequestGateway;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cancels the requests of callers that have gone, on threads of its own: Kafka may let a call wait,
 * and the server's threads serve everybody. Safe for use by many threads.
 */
public final class Cancellations implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Cancellations.class);
  private static final int THREADS = 4;
  private static final int MOST_WAITING = 10_000;

  private final RequestGateway gateway;
  private final ThreadPoolExecutor executor;

  public Cancellations(RequestGateway gateway) {
    this.gateway = gateway;
    this.executor =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().daemon().name("penstock-front-cancel-", 0).factory());
    executor.allowCoreThreadTimeOut(true);
  }

  /** Cancels a request soon, and does not wait. Where too many are to be cancelled, it goes on. */
  public void cancel(String tenant, String id) {
    try {
      executor.execute(() -> cancelNow(tenant, id));
    } catch (RejectedExecutionException tooMany) {
      LOG.warn("Request {} goes on, for too many are to be cancelled at once", id);
    }
  }

  private void cancelNow(String tenant, String id) {
    try {
      var _ = gateway.cancel(tenant, id);
    } catch (RuntimeException failed) {
      LOG.warn("Request {} goes on, for it cannot be cancelled: {}", id, failed.toString());
    }
  }

  @Override
  public void close() {
    executor.shutdown();
  }
}
