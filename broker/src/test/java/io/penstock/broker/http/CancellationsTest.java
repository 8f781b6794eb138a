package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.broker.home.RequestGateway;
import io.penstock.schemas.InferenceRequest;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CancellationsTest {

  @Test
  @Timeout(30)
  void whoeverHangsUpDoesNotWaitForKafka() throws InterruptedException {
    CountDownLatch kafkaAnswers = new CountDownLatch(1);
    BlockingQueue<String> cancelled = new LinkedBlockingQueue<>();
    try (Cancellations cancellations = new Cancellations(slow(kafkaAnswers, cancelled))) {
      for (int each = 0; each < 20; each++) {
        cancellations.cancel("default", "req_" + each);
      }
      assertThat(cancelled).isEmpty();

      kafkaAnswers.countDown();

      for (int each = 0; each < 20; each++) {
        assertThat(cancelled.poll(20, TimeUnit.SECONDS)).startsWith("req_");
      }
    }
  }

  private static RequestGateway slow(CountDownLatch until, BlockingQueue<String> cancelled) {
    return new RequestGateway() {
      @Override
      public CompletableFuture<Void> submit(InferenceRequest request, @Nullable String trace) {
        throw new AssertionError("nobody submits");
      }

      @Override
      public CompletableFuture<Void> cancel(String tenant, String id) {
        try {
          until.await();
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
        }
        cancelled.add(id);
        return CompletableFuture.completedFuture(null);
      }
    };
  }
}
