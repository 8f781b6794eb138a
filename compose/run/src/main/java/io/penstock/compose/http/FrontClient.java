package io.penstock.compose.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;

/**
 * Calls the front. What may be repeated is repeated while the front cannot be reached for a moment
 * or says that it cannot serve now; a front that has never answered is given up at once. Safe for
 * use by many threads.
 */
public final class FrontClient implements AutoCloseable {

  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** How long the body of an answer that is read as a whole may take at most. */
  private static final Duration WHOLE_BODY = Duration.ofSeconds(60);

  private final FrontAddress address;
  private final Optional<String> key;
  private final String keyRemedy;
  private final RetryPlan plan;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final AtomicReference<Runnable> beforeChange =
      new AtomicReference<>(FrontClient::nothing);
  private volatile boolean answeredBefore;

  /**
   * @param key sent with each call
   * @param keyRemedy how a person gives another key
   */
  public FrontClient(FrontAddress address, Optional<String> key, String keyRemedy, RetryPlan plan) {
    this.address = address;
    this.key = key;
    this.keyRemedy = keyRemedy;
    this.plan = plan;
  }

  public FrontAddress address() {
    return address;
  }

  /** Runs this once, before the first call that is to change something at the front. */
  public void beforeFirstChange(Runnable notice) {
    beforeChange.set(notice);
  }

  /**
   * The answer to a call, which succeeded.
   *
   * @throws FrontException if it did not
   */
  public FrontAnswer succeed(FrontCall call) throws InterruptedException {
    FrontAnswer answer = answer(call);
    if (!answer.isSuccess()) {
      throw failure(answer);
    }
    return answer;
  }

  /** The object that a call which succeeded was answered with. */
  public ObjectNode object(FrontCall call) throws InterruptedException {
    FrontAnswer answer = succeed(call);
    return answer.object().orElseThrow(() -> notAFront(answer.status()));
  }

  /**
   * The answer to a call, whatever it is.
   *
   * @throws FrontException.Unreachable if there is none
   */
  public FrontAnswer answer(FrontCall call) throws InterruptedException {
    long begun = System.nanoTime();
    for (int failures = 1; ; failures++) {
      Optional<Duration> pause;
      try {
        FrontAnswer answer = once(call);
        pause =
            call.repeatable() && answer.isPassing()
                ? pause(failures, begun, answer.retryAfter())
                : Optional.empty();
        if (pause.isEmpty()) {
          return answer;
        }
      } catch (IOException | UnresolvedAddressException failed) {
        pause =
            call.repeatable() && answeredBefore
                ? pause(failures, begun, Optional.empty())
                : Optional.empty();
        if (pause.isEmpty()) {
          throw unreachable(failed, call.patience());
        }
      }
      Thread.sleep(pause.get());
    }
  }

  private static void nothing() {}

  private Optional<Duration> pause(int failures, long begun, Optional<Duration> asked) {
    return plan.pause(failures, Duration.ofNanos(System.nanoTime() - begun), asked);
  }

  private FrontAnswer once(FrontCall call) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = send(call, BodyHandlers.ofByteArray());
    return new FrontAnswer(response.statusCode(), response.headers(), response.body());
  }

  /**
   * A body as it comes; the caller closes it. Reading fails when nothing comes within the call's
   * patience. One try.
   */
  HttpResponse<InputStream> stream(FrontCall call) throws IOException, InterruptedException {
    return send(
        call,
        _ ->
            BodySubscribers.mapping(
                BodySubscribers.ofInputStream(), body -> new WatchedBody(body, call.patience())));
  }

  private <T> HttpResponse<T> send(FrontCall call, BodyHandler<T> handler)
      throws IOException, InterruptedException {
    if (!call.method().equals("GET")) {
      beforeChange.getAndSet(FrontClient::nothing).run();
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address.resolve(call.path()))
            .method(call.method(), call.body())
            .timeout(call.patience());
    call.headers().forEach(request::header);
    key.ifPresent(secret -> request.header("authorization", "Bearer " + secret));
    // The request's own time-out ends where the body begins.
    Duration whole = call.patience().plus(shorter(call.patience(), WHOLE_BODY));
    CompletableFuture<HttpResponse<T>> answer = client.sendAsync(request.build(), handler);
    try {
      HttpResponse<T> response = answer.get(whole.toNanos(), TimeUnit.NANOSECONDS);
      answeredBefore = true;
      return response;
    } catch (TimeoutException tooLong) {
      HttpTimeoutException failed = new HttpTimeoutException("the body came too slowly");
      failed.initCause(tooLong);
      throw failed;
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof IOException broken) {
        throw broken;
      }
      if (failed.getCause() instanceof UnresolvedAddressException unknown) {
        throw unknown;
      }
      throw new IOException(failed.getMessage(), failed);
    } finally {
      if (!answer.isDone()) {
        answer.cancel(true);
      }
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** Pauses before another try, or gives up. */
  void pauseOrGiveUp(int failures, long begun, Exception failed, FrontCall call)
      throws InterruptedException {
    Thread.sleep(
        pause(failures, begun, Optional.empty())
            .orElseThrow(() -> unreachable(failed, call.patience())));
  }

  /** What a person is told of an answer that is an error. */
  public FrontException failure(FrontAnswer answer) {
    Optional<FrontAnswer.Fault> fault = answer.fault();
    if (fault.isEmpty()) {
      return notAFront(answer.status());
    }
    String message = fault.get().message();
    String code = fault.get().code();
    String remedy =
        switch (answer.status()) {
          case 401 -> "; " + keyRemedy;
          case 429, 503 ->
              answer
                  .retryAfter()
                  .map(wait -> "; try again in %d s".formatted(wait.toSeconds()))
                  .orElse("");
          default -> "";
        };
    return new FrontException.Refused(answer.status(), code, withoutStop(message, remedy) + remedy);
  }

  private static String withoutStop(String message, String remedy) {
    return remedy.isEmpty() || !message.endsWith(".")
        ? message
        : message.substring(0, message.length() - 1);
  }

  private FrontException notAFront(int status) {
    return new FrontException.Refused(
        status,
        "",
        "%s answers with status %d, not as Penstock's front does; is the URL right?"
            .formatted(address, status));
  }

  private FrontException unreachable(Exception failed, Duration patience) {
    String why =
        switch (failed) {
          case HttpTimeoutException _ ->
              "%s did not answer within %d s; is it overloaded?"
                  .formatted(
                      address,
                      (failed instanceof java.net.http.HttpConnectTimeoutException
                              ? CONNECT
                              : patience)
                          .toSeconds());
          case SSLException _ ->
              "%s does not speak TLS as expected: %s; is https:// right, and its certificate known to Java?"
                  .formatted(address, failed.getMessage());
          case ConnectException _ ->
              "nothing answers at %s; start Penstock with 'penstock up', or give --url"
                  .formatted(address);
          case UnresolvedAddressException _ ->
              "the host of %s is not known; give another --url".formatted(address);
          default ->
              "%s broke the connection: %s; is it still running?"
                  .formatted(address, failed.getMessage());
        };
    return new FrontException.Unreachable(why, failed);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
