package io.penstock.workers.engine.openai;

import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.text.Printable;
import io.penstock.schemas.trace.TraceParent;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineListener;
import io.penstock.workers.engine.EngineLoad;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.engine.body.InvalidBodyException;
import io.penstock.workers.engine.body.StreamOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Calls an OpenAI-compatible server over HTTP/1.1, with one connection for each call that is under
 * way. Answers are streamed where the requester wants that; otherwise the time of the first token
 * stays unknown. Cancelling a call closes its connection, which makes servers such as vLLM stop
 * generating. The engine never tries a request again; dispatch does.
 */
public final class OpenAiEngine implements Engine {

  /**
   * How long the worker pauses while the server does not run. Requests must not fail by its
   * absence: a worker without a server fails fast and asks for more, and would destroy a whole
   * backlog.
   */
  private static final long UNREACHABLE_PAUSE_MILLIS = 5_000;

  private static final int MAX_MESSAGE = 500;

  private final OpenAiConfig config;
  private final InstantSource clock;
  private final ApiKey.Source apiKey;
  private final String name;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client;
  private final Optional<VllmMetricsPoller> metrics;
  private final Set<OpenCall> open = ConcurrentHashMap.newKeySet();
  private volatile @Nullable KeySecrets keySecrets;
  private volatile boolean closed;

  private record KeySecrets(String key, Secrets secrets) {}

  /**
   * Starts the engine; the server need not run yet.
   *
   * @throws IllegalArgumentException if the key is missing
   */
  public OpenAiEngine(OpenAiConfig config, InstantSource clock) {
    this(config, clock, System::getenv);
  }

  OpenAiEngine(
      OpenAiConfig config, InstantSource clock, UnaryOperator<@Nullable String> environment) {
    this.config = config;
    this.clock = clock;
    this.apiKey = config.apiKey().open(environment);
    this.name = "openai/" + config.baseUrl().getAuthority();
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(config.connectTimeout())
            .executor(executor)
            .build();
    this.metrics =
        config.metrics().map(from -> new VllmMetricsPoller(client, from, clock, open::size));
  }

  @Override
  public String name() {
    return name;
  }

  /**
   * Engines that call one server with one key and the same headers share its limits. The name does
   * not reveal the key.
   */
  @Override
  public Optional<String> account() {
    String key;
    try {
      key = apiKey.key().orElse("");
    } catch (IOException e) {
      return Optional.empty();
    }
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(
                  (key + "\n" + new TreeMap<>(config.headers())).getBytes(StandardCharsets.UTF_8));
      return Optional.of(config.baseUrl() + "#" + HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public boolean serves(String endpoint) {
    return config.endpoints().contains(endpoint);
  }

  @Override
  public EngineReply run(EngineRequest request, EngineListener listener)
      throws InterruptedException {
    if (!serves(request.endpoint())) {
      return EngineReply.Failed.unknownEndpoint(name, request.endpoint());
    }
    Duration left = Duration.between(clock.instant(), request.deadline());
    if (left.isNegative() || left.isZero()) {
      return EngineReply.Failed.deadlinePassed(name);
    }
    boolean deadlineFirst = left.compareTo(config.totalTimeout()) < 0;
    String key;
    try {
      key = apiKey.key().orElse("");
    } catch (IOException e) {
      return keyMissing(e);
    }
    Secrets secrets = secrets(key);
    HttpRequest outgoing;
    Optional<StreamedAnswer> stream;
    try {
      outgoing = http(request, key);
      stream = stream(request, listener);
    } catch (InvalidBodyException e) {
      return e.reply();
    } catch (RuntimeException e) {
      return unsendable(e, secrets);
    }
    try {
      HttpResponse<byte[]> response =
          call(outgoing, stream, deadlineFirst ? left : config.totalTimeout());
      return reply(response, request.endpoint(), secrets);
    } catch (TimeoutException e) {
      return deadlineFirst ? EngineReply.Failed.deadlinePassed(name) : timedOut();
    } catch (IOException e) {
      return closed ? EngineReply.Failed.closed(name) : unreachable(e, secrets);
    } finally {
      stream.ifPresent(StreamedAnswer::close);
    }
  }

  private Optional<StreamedAnswer> stream(EngineRequest request, EngineListener listener)
      throws InvalidBodyException {
    return request.stream()
        ? Optional.of(
            new StreamedAnswer(
                listener,
                StreamOptions.parse(request.body()).includeUsage(),
                config.maxResponseBytes()))
        : Optional.empty();
  }

  /** Only a success that says that it is a stream is read as one. */
  private HttpResponse.BodyHandler<byte[]> reading(Optional<StreamedAnswer> stream) {
    HttpResponse.BodyHandler<byte[]> whole =
        BodyHandlers.limiting(BodyHandlers.ofByteArray(), config.maxResponseBytes());
    return stream
        .<HttpResponse.BodyHandler<byte[]>>map(
            events ->
                answer ->
                    answer.statusCode() / 100 == 2 && isEventStream(answer.headers())
                        ? events
                        : whole.apply(answer))
        .orElse(whole);
  }

  private static boolean isEventStream(HttpHeaders headers) {
    return headers
        .firstValue("Content-Type")
        .filter(type -> type.toLowerCase(Locale.ROOT).startsWith("text/event-stream"))
        .isPresent();
  }

  /** Keys change rarely, so what hides one is kept. */
  private Secrets secrets(String key) {
    KeySecrets kept = keySecrets;
    if (kept == null || !kept.key().equals(key)) {
      kept = new KeySecrets(key, Secrets.of(key, config.headers()));
      keySecrets = kept;
    }
    return kept.secrets();
  }

  /** Waits for the answer; however it ends, the exchange is over when this returns or throws. */
  private HttpResponse<byte[]> call(
      HttpRequest request, Optional<StreamedAnswer> stream, Duration timeout)
      throws IOException, InterruptedException, TimeoutException {
    if (closed) {
      throw new IOException("closed");
    }
    CompletableFuture<HttpResponse<byte[]>> exchange = client.sendAsync(request, reading(stream));
    var call = new OpenCall(exchange);
    open.add(call);
    try {
      if (closed) {
        throw new IOException("closed");
      }
      return exchange.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (CancellationException e) {
      throw new IOException("closed", e);
    } finally {
      open.remove(call);
      exchange.cancel(true);
    }
  }

  /**
   * Builds the HTTP request. A failure here is the request's own fault, since the next worker would
   * fail alike.
   */
  private HttpRequest http(EngineRequest request, String key) throws InvalidBodyException {
    byte[] body =
        OutgoingBody.of(
            request.body(),
            config.servedName(request.model(), request.variant()),
            request.maxOutputTokens(),
            request.stream());
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(config.address(request.endpoint()))
            .header("Content-Type", "application/json")
            .header("Accept", request.stream() ? "text/event-stream" : "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    config.headers().forEach(builder::header);
    if (!key.isEmpty()) {
      builder.header("Authorization", "Bearer " + key);
    }
    TraceParent.of(request.traceparent())
        .ifPresent(trace -> builder.header(TraceParent.HEADER, trace));
    return builder.build();
  }

  private EngineReply reply(HttpResponse<byte[]> response, String endpoint, Secrets secrets) {
    int status = response.statusCode();
    if (status < 200 || status > 299) {
      return refused(response, status, ServerError.read(response.body(), secrets::scrub));
    }
    try {
      return new EngineReply.Answered(
          status, response.body(), ServerAnswer.usage(response.body(), endpoint));
    } catch (InvalidBodyException e) {
      ServerError error = ServerError.read(response.body(), secrets::scrub);
      if (e.field().equals("body.error") && error.status().isPresent()) {
        // Proxies that have begun an answer with 200 name the status in the error.
        return refused(response, error.status().getAsInt(), error);
      }
      return EngineReply.Failed.of(
          FailureCategory.RETRYABLE,
          "engine_bad_answer",
          "the engine's answer is unusable: "
              + e.field()
              + " "
              + Printable.of(secrets.scrub(e.getMessage()))
              + (error.message().isEmpty() || !e.field().equals("body.error")
                  ? ""
                  : ": " + error.message()));
    }
  }

  private EngineReply.Failed refused(HttpResponse<byte[]> response, int status, ServerError error) {
    return new EngineReply.Failed(
        StatusMapping.failure(
            status, response.headers(), error, config.longestPause(), clock.instant()));
  }

  /** The message of the exception may quote a header, and so a key. */
  private EngineReply.Failed unsendable(RuntimeException problem, Secrets secrets) {
    return EngineReply.Failed.of(
        FailureCategory.INVALID,
        "request_unsendable",
        "no HTTP request can be made of it: "
            + Printable.of(secrets.scrub(String.valueOf(problem.getMessage())), MAX_MESSAGE));
  }

  /** This worker's trouble: another may run the request. */
  private EngineReply.Failed keyMissing(IOException problem) {
    return new EngineReply.Failed(
        Failure.newBuilder()
            .setCategory(FailureCategory.OVERLOADED)
            .setCode("engine_misconfigured")
            .setMessage(Printable.of(String.valueOf(problem.getMessage()), MAX_MESSAGE))
            .setRetryAfterMillis(UNREACHABLE_PAUSE_MILLIS)
            .build());
  }

  private EngineReply.Failed timedOut() {
    return EngineReply.Failed.of(
        FailureCategory.TIMEOUT,
        "engine_timeout",
        "the engine gave no answer within " + config.totalTimeout().toMillis() + " ms");
  }

  private EngineReply.Failed unreachable(IOException problem, Secrets secrets) {
    if (problem instanceof ConnectException || problem instanceof HttpConnectTimeoutException) {
      return new EngineReply.Failed(
          Failure.newBuilder()
              .setCategory(FailureCategory.OVERLOADED)
              .setCode("engine_unreachable")
              .setMessage("no connection to the engine at " + config.baseUrl() + "; is it running?")
              .setRetryAfterMillis(UNREACHABLE_PAUSE_MILLIS)
              .build());
    }
    String message = String.valueOf(problem.getMessage());
    if (message.toLowerCase(Locale.ROOT).contains("capacity")) {
      return EngineReply.Failed.of(
          FailureCategory.REJECTED,
          "engine_answer_too_large",
          "the engine's answer is larger than %d bytes; ask for less, or raise the worker's limit"
              .formatted(config.maxResponseBytes()));
    }
    return EngineReply.Failed.of(
        FailureCategory.RETRYABLE,
        "engine_connection_lost",
        "the exchange with the engine broke off: "
            + Printable.of(secrets.scrub(message), MAX_MESSAGE));
  }

  /** Returns vLLM's metrics while they are fresh; empty for any other server. */
  @Override
  public Optional<EngineLoad> load() {
    return metrics.flatMap(VllmMetricsPoller::load);
  }

  @Override
  public void close() {
    closed = true;
    metrics.ifPresent(VllmMetricsPoller::close);
    open.forEach(call -> call.exchange.cancel(true));
    client.shutdownNow();
    executor.shutdownNow();
  }

  /** A call under way; each is itself only. */
  private static final class OpenCall {
    private final CompletableFuture<?> exchange;

    OpenCall(CompletableFuture<?> exchange) {
      this.exchange = exchange;
    }
  }
}
