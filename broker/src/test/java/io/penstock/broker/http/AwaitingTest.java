package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.HomeLostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class AwaitingTest {

  @Test
  void onlyWhatTakesTooLongIsToldAsSuch() throws Exception {
    assertThat(Awaiting.done(CompletableFuture.completedFuture("done"), "late")).isEqualTo("done");
    assertThatThrownBy(
            () ->
                Awaiting.done(CompletableFuture.failedFuture(new TimeoutException()), "It waits."))
        .isInstanceOfSatisfying(
            ApiException.class,
            late -> {
              assertThat(late.error().status()).isEqualTo(503);
              assertThat(late.error().message()).isEqualTo("It waits.");
              assertThat(late.error().headers()).containsEntry("retry-after", "1");
            });
    for (Exception each :
        List.of(new HomeLostException(0), new IllegalArgumentException("a fault of ours"))) {
      assertThatThrownBy(() -> Awaiting.done(CompletableFuture.failedFuture(each), "late"))
          .isInstanceOf(CompletionException.class)
          .hasCause(each);
    }
  }
}
