package io.penstock.broker.submission;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.NoHomeException;
import io.penstock.broker.home.RequestGateway;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.inference.BodyFacts;
import io.penstock.broker.inference.BodyReader;
import io.penstock.broker.inference.DeadlineHeader;
import io.penstock.broker.inference.Urgency;
import io.penstock.broker.limits.Limiter;
import io.penstock.broker.limits.TokenEstimate;
import io.penstock.broker.prediction.WaitEstimate;
import io.penstock.broker.requests.KnownRequest;
import io.penstock.broker.requests.RecentRequests;
import io.penstock.broker.requests.Watcher;
import io.penstock.broker.requests.Watches;
import io.penstock.broker.settings.WaitSettings;
import io.penstock.broker.tenants.Caller;
import io.penstock.broker.tenants.KeyLimits;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.ModelCatalog;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Judges what callers ask for, and puts it under way. Safe for use by many threads. */
public final class Submissions {

  private static final String PREFIX = "req_";

  private final Homes homes;
  private final RequestGateway gateway;
  private final Watches watches;
  private final RecentRequests recent;
  private final Limiter limiter;
  private final Supplier<ModelCatalog> models;
  private final Supplier<FleetView> fleet;
  private final Duration furthestDeadline;
  private final InstantSource clock;

  /**
   * @param furthestDeadline how far ahead a deadline may lie
   */
  public Submissions(
      Homes homes,
      RequestGateway gateway,
      Watches watches,
      RecentRequests recent,
      Limiter limiter,
      Supplier<ModelCatalog> models,
      Supplier<FleetView> fleet,
      Duration furthestDeadline,
      InstantSource clock) {
    this.homes = homes;
    this.gateway = gateway;
    this.watches = watches;
    this.recent = recent;
    this.limiter = limiter;
    this.models = models;
    this.fleet = fleet;
    this.furthestDeadline = furthestDeadline;
    this.clock = clock;
  }

  /**
   * Judges a call by itself.
   *
   * @throws ApiException naming what is wrong with it
   */
  public JudgedRequest judge(SubmissionRequest call) {
    BodyFacts facts = BodyReader.read(call.body());
    ServiceClass serviceClass =
        Urgency.of(call.serviceClass(), facts.serviceTier(), call.caller().ceiling());
    Instant now = clock.instant();
    if (facts.stream() && !call.endpoint().generates()) {
      throw new ApiException(
          ApiError.invalid("stream", "invalid_value", "Embeddings cannot be streamed."));
    }
    if (facts.stream() && serviceClass == ServiceClass.BATCH) {
      throw new ApiException(
          ApiError.invalid(
              "stream",
              "invalid_value",
              "Requests of class batch cannot be streamed; leave out 'stream', or use another"
                  + " class."));
    }
    return new JudgedRequest(
        call,
        facts,
        serviceClass,
        DeadlineHeader.read(call.deadline(), now, furthestDeadline),
        estimate(facts.model(), serviceClass));
  }

  /** What a request has to expect that is submitted now. */
  public WaitEstimate estimate(String model, ServiceClass serviceClass) {
    return WaitEstimate.of(model, serviceClass, models.get(), fleet.get(), clock.instant());
  }

  /**
   * Refuses what would probably not start within the time that its class may wait. What was
   * submitted before is not asked to start again.
   *
   * @throws ApiException with 429 and the time after which it would
   */
  public void requireTimely(JudgedRequest judged, WaitSettings waits) {
    if (isRepeated(judged.call())) {
      return;
    }
    Duration most = waits.of(judged.serviceClass());
    judged
        .estimate()
        .beyond(most)
        .ifPresent(
            excess -> {
              throw new ApiException(
                  new ApiError(
                          429,
                          "requests",
                          "queue_too_long",
                          "The request would wait for about %d s, and requests of class %s wait for %d s at most: %s. Try again later, use a more urgent class, or submit it with POST /v1/requests."
                              .formatted(
                                  most.plus(excess).toSeconds(),
                                  Urgency.name(judged.serviceClass()),
                                  most.toSeconds(),
                                  judged.estimate().reason()),
                          Optional.empty(),
                          Map.of())
                      .retryAfter(excess));
            });
  }

  /**
   * Submits a request, unless one was submitted under its idempotency key, and watches it.
   *
   * @param watcher hears of it, also of a result that is there already
   * @throws ApiException if a limit is reached, too many wait, the key stands for another request,
   *     or the log does not take it
   */
  public Submitted submit(JudgedRequest judged, Watcher watcher) {
    SubmissionRequest call = judged.call();
    String tenant = call.caller().tenant();
    Optional<String> named = call.idempotencyKey().map(key -> IdempotentId.of(tenant, key));
    String id = named.orElseGet(this::newId);
    int home = homes.of(id);
    Optional<String> fingerprint =
        named.map(_ -> IdempotentId.fingerprint(call.endpoint().path(), call.body()));
    Limiter.Admission admission =
        isRepeated(call)
            ? limiter.admit(Caller.ANYBODY, 0)
            : limiter.admit(
                call.caller(), TokenEstimate.of(judged.facts(), call.endpoint().generates()));
    // What is open here is closed again unless the request is under way.
    Deque<Runnable> undo = new ArrayDeque<>();
    undo.push(() -> admission.settle(0));
    try {
      Watches.Watch watch = watch(tenant, id, watcher);
      undo.push(watch::close);
      Optional<KnownRequest> before =
          recent.submitted(
              home,
              tenant,
              id,
              judged.serviceClass(),
              judged.facts().model(),
              fingerprint,
              clock.instant());
      requireSame(before, fingerprint);
      if (before.isPresent() && before.get().fingerprint().isPresent()) {
        // It is under way, or has been answered, so that nothing is to be sent.
        admission.settle(0);
        return submitted(id, judged, watch, before, admission);
      }
      undo.push(() -> recent.forget(home, tenant, id));
      settleWithResult(tenant, id, home, admission, call)
          .ifPresent(settlement -> undo.push(settlement::close));
      send(judged, id);
      return submitted(id, judged, watch, Optional.empty(), admission);
    } catch (RuntimeException refused) {
      undo.forEach(Runnable::run);
      throw refused;
    }
  }

  /** Whether a request was submitted under this idempotency key: its answer costs nothing more. */
  private boolean isRepeated(SubmissionRequest call) {
    String tenant = call.caller().tenant();
    return call.idempotencyKey()
        .map(key -> IdempotentId.of(tenant, key))
        .flatMap(id -> recent.find(homes.of(id), tenant, id))
        .flatMap(KnownRequest::fingerprint)
        .isPresent();
  }

  private static Submitted submitted(
      String id,
      JudgedRequest judged,
      Watches.Watch watch,
      Optional<KnownRequest> before,
      Limiter.Admission admission) {
    return new Submitted(
        id,
        judged.serviceClass(),
        judged.call().idempotencyKey().isPresent(),
        watch,
        before,
        admission.headers());
  }

  private String newId() {
    try {
      return homes.newId(PREFIX);
    } catch (NoHomeException notYet) {
      throw new ApiException(
          ApiError.unavailable(
              "This instance is not ready; try again in a moment.", Duration.ofSeconds(1)));
    }
  }

  /**
   * Watches a request that was submitted.
   *
   * @throws ApiException with 503 if too many wait already
   */
  public Watches.Watch watch(String tenant, String id, Watcher watcher) {
    return watches
        .watch(tenant, id, homes.of(id), watcher)
        .orElseThrow(
            () ->
                new ApiException(
                    ApiError.unavailable(
                        "Too many requests wait for an answer here; try again in a moment.",
                        Duration.ofSeconds(1))));
  }

  private static void requireSame(Optional<KnownRequest> before, Optional<String> fingerprint) {
    before
        .flatMap(KnownRequest::fingerprint)
        .filter(known -> !known.equals(fingerprint.orElse("")))
        .ifPresent(
            _ -> {
              throw new ApiException(conflict());
            });
  }

  /** Another request has this idempotency key. */
  public static ApiError conflict() {
    return ApiError.invalid(
            409,
            "idempotency_key_reused",
            "Another request was sent with this Idempotency-Key; use a new key for a new request.")
        .with(ApiError.SHOULD_RETRY, "false");
  }

  /** Whether or not the caller waits, what the request did not use is given back at its end. */
  private Optional<Watches.Watch> settleWithResult(
      String tenant, String id, int home, Limiter.Admission admission, SubmissionRequest call) {
    if (call.caller().limits().equals(KeyLimits.NONE)) {
      return Optional.empty();
    }
    // The result may come before this is the watch's own.
    CompletableFuture<Watches.Watch> own = new CompletableFuture<>();
    Optional<Watches.Watch> watch =
        watches.watch(
            tenant,
            id,
            home,
            record -> {
              admission.settle(used(record));
              var _ = own.thenAccept(Watches.Watch::close);
            });
    watch.ifPresentOrElse(own::complete, () -> admission.settle(0));
    return watch;
  }

  private static long used(ResultRecord record) {
    return record.isFirst()
        ? record
            .result()
            .getUsage()
            .map(usage -> usage.getPromptTokens() + usage.getCompletionTokens())
            .orElse(0L)
        : 0;
  }

  private void send(JudgedRequest judged, String id) {
    SubmissionRequest call = judged.call();
    String tenant = call.caller().tenant();
    InferenceRequest request =
        InferenceRequest.newBuilder()
            .setId(id)
            .setTenant(tenant)
            .setEndpoint(call.endpoint().path())
            .setModel(judged.facts().model())
            .setBody(ByteBuffer.wrap(call.body()))
            .setServiceClass(judged.serviceClass())
            .setDeadline(judged.deadline().orElse(null))
            .setCreatedAt(clock.instant())
            .setStream(judged.facts().stream())
            .setWebhook(call.webhook().orElse(WebhookChoice.TENANT))
            .build();
    try {
      CompletableFuture<Void> sent = gateway.submit(request, call.traceparent().orElse(null));
      sent.join();
    } catch (IllegalArgumentException wrong) {
      throw new ApiException(ApiError.invalid(400, "invalid_value", wrong.getMessage()));
    } catch (CompletionException failed) {
      throw new ApiException(
          ApiError.unavailable(
              "The request could not be stored; try again in a moment.", Duration.ofSeconds(2)));
    }
  }
}
