package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpResponse;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.Homes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;

/**
 * Passes a call on to the instance that owns its home, with the caller's own credentials and at
 * most once. Safe for use by many threads.
 */
public final class Forwarding implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Forwarding.class);

  /** Says that another instance has passed the call on already. */
  static final String FORWARDED = "penstock-forwarded";

  private static final String JSON = "application/json";
  private static final Duration SOON = Duration.ofSeconds(1);

  /** An answer that is passed on whole comes from memory. If it stands still, its owner does. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private static final Set<String> NOT_SENT =
      Set.of(
          "host",
          "connection",
          "content-length",
          "transfer-encoding",
          "expect",
          "upgrade",
          "keep-alive",
          "te",
          "trailer",
          "http2-settings",
          FORWARDED);

  private static final Set<String> NOT_RETURNED =
      Set.of("connection", "content-length", "transfer-encoding", "keep-alive", "date", ":status");

  private final Homes homes;
  private final IntFunction<Optional<URI>> owners;
  private final Runnable ownersAreWrong;
  private final Duration longest;
  private final Duration longestPause;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  /**
   * @param owners where the owner of a partition is reached
   * @param ownersAreWrong runs if an owner cannot be reached there
   * @param longest how long an owner may take until its answer begins
   */
  public Forwarding(
      Homes homes, IntFunction<Optional<URI>> owners, Runnable ownersAreWrong, Duration longest) {
    this(homes, owners, ownersAreWrong, longest, LONGEST_PAUSE);
  }

  /**
   * @param longestPause how long an answer may stand still that has begun and is passed on whole
   */
  Forwarding(
      Homes homes,
      IntFunction<Optional<URI>> owners,
      Runnable ownersAreWrong,
      Duration longest,
      Duration longestPause) {
    this.homes = homes;
    this.owners = owners;
    this.ownersAreWrong = ownersAreWrong;
    this.longest = longest;
    this.longestPause = longestPause;
  }

  /**
   * The answer of the instance at which this id is at home; empty if that is this one. Blocks until
   * the answer begins.
   *
   * @throws ApiException with 503, while nobody can answer for the id
   */
  public Optional<HttpResponse<?>> elsewhere(
      HttpRequest<?> request, byte @Nullable [] body, String id) {
    int home = homes.of(id);
    return switch (homes.state(home)) {
      case OPEN -> Optional.empty();
      case OPENING -> throw notNow();
      case ELSEWHERE -> {
        if (request.getHeaders().contains(FORWARDED)) {
          throw notNow();
        }
        URI owner = owners.apply(home).orElseThrow(Forwarding::notNow);
        yield Optional.of(forward(request, body, id, owner));
      }
    };
  }

  private static ApiException notNow() {
    return new ApiException(
        ApiError.unavailable(
            "The instance that answers for this id is changing; try again in a moment.", SOON));
  }

  private HttpResponse<?> forward(
      HttpRequest<?> request, byte @Nullable [] body, String id, URI owner) {
    CompletableFuture<java.net.http.HttpResponse<Flow.Publisher<List<ByteBuffer>>>> answer =
        client.sendAsync(outgoing(request, body, owner), BodyHandlers.ofPublisher());
    try (HangUp _ = new HangUp(request, () -> answer.cancel(true))) {
      return returned(request, answer.get());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw notNow();
    } catch (CancellationException gone) {
      // The caller has hung up, and nobody reads this.
      throw notNow();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof IOException cause) {
        throw ownerLost(owner, id, cause);
      }
      throw new IllegalStateException("the call could not be passed on", failed.getCause());
    } catch (IOException broken) {
      throw ownerLost(owner, id, broken);
    }
  }

  private ApiException ownerLost(URI owner, String id, IOException cause) {
    LOG.warn("The instance at {} does not answer: {}", owner, cause.toString());
    ownersAreWrong.run();
    if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
      return notNow();
    }
    return new ApiException(
        ApiError.server(
            502,
            "owner_lost",
            "The instance that answers for "
                + id
                + " does not answer. If it took the call, what it began goes on; ask for the id"
                + " in a moment."));
  }

  private java.net.http.HttpRequest outgoing(
      HttpRequest<?> request, byte @Nullable [] body, URI owner) {
    java.net.http.HttpRequest.Builder outgoing =
        java.net.http.HttpRequest.newBuilder(at(owner, request.getUri()));
    request
        .getHeaders()
        .forEach(
            (name, values) -> {
              if (!NOT_SENT.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> outgoing.header(name, value));
              }
            });
    return outgoing
        .header(FORWARDED, "1")
        .timeout(longest)
        .method(
            request.getMethodName(),
            body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
        .build();
  }

  /** Whatever the caller wrote in front of the path leads nowhere else than to the owner. */
  static URI at(URI owner, URI asked) {
    String base = owner.toString().replaceAll("/+$", "");
    String query = asked.getRawQuery() == null ? "" : "?" + asked.getRawQuery();
    return URI.create(base + asked.getRawPath() + query);
  }

  private HttpResponse<?> returned(
      HttpRequest<?> request, java.net.http.HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer)
      throws IOException {
    Flux<byte[]> pieces =
        JdkFlowAdapter.flowPublisherToFlux(answer.body()).concatMapIterable(Forwarding::bytes);
    // Files and events may be long and are passed on as they come. Micronaut would make an array
    // of JSON that comes in pieces.
    boolean whole = isJson(answer.headers().firstValue("content-type").orElse(""));
    MutableHttpResponse<Object> response = HttpResponse.status(answer.statusCode(), "");
    answer
        .headers()
        .map()
        .forEach(
            (name, values) -> {
              if (!NOT_RETURNED.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> response.header(name, value));
              }
            });
    response.setAttribute(MetricsFilter.FORWARDED, true);
    return response.body(whole ? whole(pieces) : new PassedOn(pieces).readBy(request));
  }

  static boolean isJson(String contentType) {
    String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return type.equals(JSON) || type.endsWith("+json");
  }

  private static List<byte[]> bytes(List<ByteBuffer> buffers) {
    return buffers.stream()
        .map(
            buffer -> {
              byte[] bytes = new byte[buffer.remaining()];
              buffer.get(bytes);
              return bytes;
            })
        .toList();
  }

  /**
   * @throws IOException if the answer breaks off, or stands still for too long
   */
  private byte[] whole(Flux<byte[]> pieces) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      for (byte[] piece : pieces.timeout(longestPause).toIterable()) {
        all.writeBytes(piece);
      }
    } catch (RuntimeException broken) {
      throw new IOException("its answer broke off", broken);
    }
    return all.toByteArray();
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
