package io.penstock.broker.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.errors.ApiException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChangeTurnTest {

  @Test
  void nobodyWaitsForItsTurnForTooLong() throws Exception {
    ChangeTurn turn = new ChangeTurn(Duration.ofMillis(50));
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<String> written = new CompletableFuture<>();
    Thread first =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    var _ =
                        turn.take(
                            () -> {
                              begun.countDown();
                              return written.join();
                            });
                  } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                  }
                });
    begun.await();

    assertThatThrownBy(() -> turn.take(() -> "other"))
        .isInstanceOfSatisfying(
            ApiException.class, refused -> assertThat(refused.error().status()).isEqualTo(503));

    written.complete("written");
    first.join();
    assertThat(turn.<String>take(() -> "other")).isEqualTo("other");
    assertThatThrownBy(
            () ->
                turn.take(
                    () -> {
                      throw new IllegalStateException("failed");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(turn.<String>take(() -> "next")).isEqualTo("next");
  }
}
