package io.penstock.broker.http;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** Waits for what another thread does for a caller. */
public final class Awaiting {

  private Awaiting() {}

  /**
   * What was done.
   *
   * @param asked ends by itself, with a {@link TimeoutException} where it took too long
   * @param late what the caller is told then
   * @throws ApiException with 503 where it took too long
   * @throws CompletionException with the reason for which it was not done
   */
  public static <T> T done(CompletableFuture<T> asked, String late) throws InterruptedException {
    try {
      return asked.get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof TimeoutException) {
        throw new ApiException(ApiError.unavailable(late, Duration.ofSeconds(1)));
      }
      throw new CompletionException(failed.getCause());
    }
  }
}
