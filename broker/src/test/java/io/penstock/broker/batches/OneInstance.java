package io.penstock.broker.batches;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.connections.AnswerBudget;
import io.penstock.broker.home.FirstPartition;
import io.penstock.broker.home.Home;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.OneHome;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.RequestGateway;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateEntry;
import io.penstock.broker.http.AlwaysReady;
import io.penstock.broker.http.Forwarding;
import io.penstock.broker.http.FrontServer;
import io.penstock.broker.limits.Limiter;
import io.penstock.broker.metrics.FrontMetrics;
import io.penstock.broker.metrics.WebhookMetrics;
import io.penstock.broker.settings.FileSettings;
import io.penstock.broker.settings.HttpSettings;
import io.penstock.broker.settings.KeySettings;
import io.penstock.broker.settings.WebhookSettings;
import io.penstock.broker.tenants.ApiKeys;
import io.penstock.broker.tenants.KeyUses;
import io.penstock.broker.webhooks.Webhooks;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ResultError;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.topics.TopicSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One instance of the front with its real server, and a log and an engine in memory. The engine
 * answers with the request's body, fails where the body holds {@code "fail"}, and keeps those that
 * hold {@code "hold"} until they are cancelled.
 */
public final class OneInstance implements AutoCloseable {

  static final String ADMIN_SECRET = "an-admin-secret-of-32-characters";

  /** Nobody needs a key but whoever administers. */
  private static final KeySettings OPEN = new KeySettings(false, Optional.of(ADMIN_SECRET));

  private final Map<String, StateEntry> front = new LinkedHashMap<>();
  private final Map<String, InferenceRequest> held = new LinkedHashMap<>();
  private final ExecutorService reader = Executors.newSingleThreadExecutor();
  private final Webhooks webhooks;
  private final Engine engine = new Engine();
  private final FilesAndBatches files;
  private final Forwarding forwarding;
  private final FrontServer server;
  private final MovedClock clock = new MovedClock();
  private final ApiKeys keys = new ApiKeys();
  private volatile Function<InferenceRequest, ByteBuffer> answers = InferenceRequest::getBody;
  private volatile boolean fenced;
  private volatile Predicate<String> tooLarge = _ -> false;
  private long offset;

  public OneInstance(BlobStore blobs) {
    this(blobs, OPEN, WebhookSettings.DEFAULT);
  }

  OneInstance(BlobStore blobs, WebhookSettings webhookSettings) {
    this(blobs, OPEN, webhookSettings);
  }

  OneInstance(BlobStore blobs, KeySettings required) {
    this(blobs, required, WebhookSettings.DEFAULT);
  }

  private OneInstance(BlobStore blobs, KeySettings required, WebhookSettings webhookSettings) {
    Homes homes = new OneHome();
    Writer writer = new Writer();
    webhooks =
        new Webhooks(
            webhookSettings,
            homes,
            _ -> Optional.of(writer),
            new WebhookMetrics(new SimpleMeterRegistry()),
            clock);
    files =
        new FilesAndBatches(
            FileSettings.DEFAULT.withGrace(Duration.ofSeconds(5)),
            TopicSettings.DEFAULT,
            blobs,
            homes,
            engine,
            webhooks.announcer(),
            new Limiter(() -> 1),
            () -> keys,
            _ -> 0,
            clock);
    forwarding = new Forwarding(homes, _ -> Optional.empty(), () -> {}, Duration.ofMinutes(1));
    HttpSettings settings = HttpSettings.DEFAULT.withPort(0).withKeys(required);
    List<Object> parts = new ArrayList<>(files.parts());
    parts.addAll(webhooks.parts(forwarding));
    parts.addAll(
        List.of(
            homes,
            forwarding,
            settings.keys(),
            new KeyUses(() -> keys, (_, _) -> {}),
            new AlwaysReady(),
            new AnswerBudget(128 << 20),
            new FrontMetrics(new SimpleMeterRegistry()),
            clock));
    server = FrontServer.start(settings, 1 << 20, parts);
    webhooks.upToDate();
    webhooks.start();
    listeners().forEach(each -> each.taken(new Home(0, List.of(), writer)));
  }

  private List<PartitionListener> listeners() {
    return Stream.concat(files.listeners().stream(), webhooks.listeners().stream()).toList();
  }

  /** Lets another instance have the home, or gives it back. */
  public void fence(boolean off) {
    fenced = off;
  }

  /** Lets the log find documents too large. */
  public void findTooLarge(Predicate<String> documents) {
    tooLarge = documents;
  }

  /** Lets the engine answer in another way. */
  public void answer(Function<InferenceRequest, ByteBuffer> other) {
    answers = other;
  }

  /** The keys that are known. */
  public ApiKeys keys() {
    return keys;
  }

  /** How many requests the engine holds. */
  public int held() {
    synchronized (engine) {
      return held.size();
    }
  }

  /** Lets the engine answer what it holds. */
  public void release() {
    List<InferenceRequest> all;
    synchronized (engine) {
      all = List.copyOf(held.values());
      held.clear();
    }
    all.forEach(request -> answer(request, TerminalStatus.SUCCEEDED));
  }

  /** Lets so much time pass at once. */
  public void pass(Duration time) {
    clock.ahead = clock.ahead.plus(time);
  }

  public String url() {
    return "http://127.0.0.1:" + server.port();
  }

  @Override
  public void close() {
    server.close();
    files.close();
    closeWebhooks();
    forwarding.close();
    reader.shutdownNow();
  }

  private void closeWebhooks() {
    try {
      webhooks.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void answer(InferenceRequest request, TerminalStatus status) {
    reader.execute(
        () -> {
          ResultRecord record =
              new ResultRecord(0, offset++, Clock.systemUTC().instant(), result(request, status));
          listeners().forEach(each -> each.result(record));
        });
  }

  private InferenceResult result(InferenceRequest request, TerminalStatus status) {
    boolean succeeded = status == TerminalStatus.SUCCEEDED;
    return InferenceResult.newBuilder()
        .setId(request.getId())
        .setTenant(request.getTenant())
        .setEndpoint(request.getEndpoint())
        .setStatus(status)
        .setStatusCode(succeeded ? 200 : 400)
        .setBody(succeeded ? answers.apply(request) : null)
        .setError(
            status == TerminalStatus.FAILED
                ? ResultError.newBuilder()
                    .setType("invalid_request_error")
                    .setCode("bad")
                    .setMessage("It is bad.")
                    .setRetryable(false)
                    .build()
                : null)
        .setServiceClass(ServiceClass.BATCH)
        .setRequestedModel(request.getModel())
        .setAttempts(1)
        .setUsage(succeeded ? new TokenUsage(5L, 2L, 0L) : null)
        .setBatchId(request.getBatchId().orElse(null))
        .setCustomId(request.getCustomId().orElse(null))
        .setAcceptedAt(Clock.systemUTC().instant())
        .setFinishedAt(Clock.systemUTC().instant())
        .build();
  }

  private final class Engine implements RequestGateway {

    @Override
    public synchronized CompletableFuture<Void> submit(
        InferenceRequest request, @Nullable String traceparent) {
      ByteBuffer bytes = request.getBody().duplicate();
      String body = UTF_8.decode(bytes).toString();
      if (body.contains("\"hold\"")) {
        held.put(request.getId(), request);
      } else {
        boolean fails = body.contains("\"fail\"");
        answer(request, fails ? TerminalStatus.FAILED : TerminalStatus.SUCCEEDED);
      }
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public synchronized CompletableFuture<Void> cancel(String tenant, String id) {
      InferenceRequest request = held.remove(id);
      if (request != null) {
        answer(request, TerminalStatus.CANCELLED);
      }
      return CompletableFuture.completedFuture(null);
    }
  }

  private final class Writer extends FirstPartition {

    @Override
    public synchronized CompletableFuture<Void> write(List<StateChange> changes) {
      if (fenced) {
        return CompletableFuture.failedFuture(new HomeLostException(0));
      }
      for (StateChange change : changes) {
        if (change instanceof StateChange.Put(StateEntry entry)
            && tooLarge.test(new String(entry.document(), UTF_8))) {
          return CompletableFuture.failedFuture(new IllegalArgumentException("too large"));
        }
      }
      for (StateChange change : changes) {
        switch (change) {
          case StateChange.Put(StateEntry entry) -> {
            front.put(entry.key(), entry);
            files.entry(entry.kind(), entry.id(), entry.document());
            webhooks.entry(entry.kind(), entry.id(), entry.document());
          }
          case StateChange.Remove(String kind, String id) -> {
            front.remove(change.key());
            files.entry(kind, id, null);
            webhooks.entry(kind, id, null);
          }
        }
      }
      files.upToDate();
      return CompletableFuture.completedFuture(null);
    }
  }

  private static final class MovedClock implements InstantSource {

    private volatile Duration ahead = Duration.ZERO;

    @Override
    public Instant instant() {
      return Clock.systemUTC().instant().plus(ahead);
    }
  }
}
