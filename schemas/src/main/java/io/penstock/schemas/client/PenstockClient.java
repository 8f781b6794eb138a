package io.penstock.schemas.client;

import io.penstock.schemas.Feedback;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.client.PenstockClientException.Closed;
import io.penstock.schemas.client.PenstockClientException.NotSent;
import io.penstock.schemas.client.PenstockClientException.Saturated;
import io.penstock.schemas.serde.AvroSerdes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Submits requests over Kafka and hands back their results. Many threads may share one client.
 *
 * <p>Results are read from the moment of opening, before anything can be submitted, and only
 * committed ones; so none is missed and none is seen that does not last. Futures complete on
 * virtual threads of their own, never on the thread that reads. A result of any status, also
 * FAILED, completes its future normally; {@link PenstockClientException} says why there is none.
 */
public final class PenstockClient implements AutoCloseable {

  private static final Duration CLOSING = Duration.ofSeconds(10);

  private final PenstockClientConfig config;
  private final RequestSender sender;
  private final Clock clock;
  private final RequestPreparation preparation;
  private final PendingRequests pending;
  private final ReplyReader reader;
  private final AtomicBoolean closed = new AtomicBoolean();
  private @Nullable Thread thread;

  /** Makes a client for tests, which pass their own Kafka clients and call {@link #poll}. */
  PenstockClient(
      PenstockClientConfig config,
      Producer<String, SpecificRecord> producer,
      Consumer<String, byte[]> consumer,
      Supplier<? extends Consumer<String, byte[]>> lookUps,
      Deserializer<InferenceResult> results,
      Clock clock,
      Executor completions) {
    this.config = config;
    this.sender = new RequestSender(config, producer, clock);
    this.clock = clock;
    this.preparation = new RequestPreparation(config);
    this.pending = new PendingRequests(config.maxInFlight());
    this.reader =
        new ReplyReader(
            config.resultTopic(),
            consumer,
            results,
            pending,
            new FirstResults(config.topics().names().results(), lookUps, results, clock),
            clock,
            completions);
    reader.open();
  }

  /**
   * Connects and starts to read results.
   *
   * @throws IllegalArgumentException if the reply topic does not exist
   * @throws org.apache.kafka.common.KafkaException if Kafka does not answer
   */
  public static PenstockClient open(PenstockClientConfig config) {
    AvroSerdes serdes = new AvroSerdes(config.connection());
    Producer<String, SpecificRecord> producer = ClientFactory.producer(config, serdes);
    Consumer<String, byte[]> consumer = ClientFactory.consumer(config);
    try {
      PenstockClient client =
          new PenstockClient(
              config,
              producer,
              consumer,
              () -> ClientFactory.consumer(config),
              serdes.deserializer(InferenceResult.class),
              Clock.systemUTC(),
              continuation -> Thread.ofVirtual().name("penstock-result").start(continuation));
      client.thread = Thread.ofPlatform().daemon().name("penstock-client").start(client.reader);
      return client;
    } catch (RuntimeException failed) {
      producer.close(Duration.ZERO);
      consumer.close();
      throw failed;
    }
  }

  /** Does the same as {@link #submit(InferenceRequest, String)}, without a trace. */
  public CompletableFuture<InferenceResult> submit(InferenceRequest request) {
    return submit(request, null);
  }

  /**
   * Sends the request and awaits its result until its deadline, or for the default time-out where
   * it has none, and the grace after it. The call blocks while too many requests are in flight, as
   * configured.
   *
   * <p>Ids are unique by tenant. Where this tenant used the id before for an equal request, nothing
   * is run: the future completes with the first one's result, whose {@code repetition} is then
   * SAME. If the earlier request asked for something else, the future fails with {@link
   * PenstockClientException.IdConflict}.
   *
   * <p>Cancelling the future only forgets the result; {@link #cancel(String)} stops the request.
   *
   * @param traceparent the W3C header that the request's trace continues; one that is not of the
   *     standard's form is left out
   * @return completed with the result, or exceptionally with a {@link PenstockClientException}
   * @throws IllegalArgumentException if the request is invalid, or one of its tenant and id is in
   *     flight here
   */
  public CompletableFuture<InferenceResult> submit(
      InferenceRequest request, @Nullable String traceparent) {
    ProducerRecord<String, InferenceRequest> ready =
        preparation.prepare(request, traceparent, true);
    String id = request.getId();
    Optional<Closed> refusal = refusal(id);
    if (refusal.isPresent()) {
      return CompletableFuture.failedFuture(refusal.get());
    }
    if (!acquireRoom()) {
      return CompletableFuture.failedFuture(new Saturated(id, config.maxInFlight()));
    }
    PendingRequests.Pending added =
        pending
            .add(ready.value().getTenant(), id, awaitUntil(request))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "id %s is in flight already; await its result".formatted(id)));
    CompletableFuture<InferenceResult> future = added.future();
    // Whoever reads or closes takes it before completing it; this is for a user who cancels.
    var _ = future.whenComplete((_, _) -> pending.take(added));
    var _ =
        sender
            .write(ready)
            .whenComplete(
                (metadata, failed) -> {
                  if (failed != null) {
                    fail(added, new NotSent(id, failed));
                  } else if (metadata.hasTimestamp()) {
                    appended(added, request, Instant.ofEpochMilli(metadata.timestamp()));
                  }
                });
    // The reader may have failed since the first look, and would not fail this one any more.
    refusal(id).ifPresent(late -> fail(added, late));
    return future;
  }

  /** Does the same as {@link #send(InferenceRequest, String)}, without a trace. */
  public CompletableFuture<RecordMetadata> send(InferenceRequest request) {
    return send(request, null);
  }

  /**
   * Sends the request without awaiting its result, which goes to the results topic, and is copied
   * to the request's own reply topic where it names one.
   *
   * @return completed once the log has the request, or exceptionally with {@link NotSent} or {@link
   *     Closed}
   * @throws IllegalArgumentException if the request is invalid
   */
  public CompletableFuture<RecordMetadata> send(
      InferenceRequest request, @Nullable String traceparent) {
    if (closed.get()) {
      return CompletableFuture.failedFuture(new Closed(request.getId(), config.resultTopic()));
    }
    return sender.send(request, traceparent);
  }

  /**
   * Does the same as {@link #send(InferenceRequest)}, and asks for the result in this form. The
   * result is for another reader, since this client reads Avro.
   */
  public CompletableFuture<RecordMetadata> sendWanting(
      InferenceRequest request, ResultFormat format) {
    if (closed.get()) {
      return CompletableFuture.failedFuture(new Closed(request.getId(), config.resultTopic()));
    }
    return sender.sendWanting(request, format);
  }

  /**
   * Asks to stop a request of this client's tenant, waiting or running. Its result then says
   * CANCELLED, unless another came first. Another tenant's request is not touched.
   *
   * @return completed once the log has the command, which is not yet obeyed then
   */
  public CompletableFuture<Void> cancel(String requestId) {
    return cancel(config.tenant(), requestId);
  }

  /** Does the same as {@link #cancel(String)}, for a request that named this tenant. */
  public CompletableFuture<Void> cancel(String tenant, String requestId) {
    if (closed.get()) {
      return CompletableFuture.failedFuture(new Closed(requestId, config.resultTopic()));
    }
    return sender.cancel(tenant, requestId);
  }

  /**
   * Says how good a result was.
   *
   * @return completed once the log has it
   * @throws IllegalArgumentException if the score is not from 0 to 1, or the id or source is blank
   */
  public CompletableFuture<Void> feedback(Feedback feedback) {
    RequestSender.requireValid(feedback);
    if (closed.get()) {
      return CompletableFuture.failedFuture(
          new Closed(feedback.getRequestId(), config.resultTopic()));
    }
    return sender.feedback(feedback);
  }

  /** Does the same as {@link #close(Duration)}, without waiting for results. */
  @Override
  public void close() {
    close(Duration.ZERO);
  }

  /**
   * Takes no more requests, waits this long for the results of those in flight, and fails the
   * futures of the rest with {@link Closed}. What was sent is served all the same.
   */
  public void close(Duration wait) {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    sender.close();
    awaitResults(wait);
    reader.stop();
    if (thread != null) {
      joinReader(thread);
    }
    pending
        .takeAll()
        .forEach(
            each ->
                each.future().completeExceptionally(new Closed(each.id(), config.resultTopic())));
  }

  /** Reads once, for tests. */
  void poll() {
    reader.poll();
  }

  private Optional<Closed> refusal(String id) {
    if (closed.get()) {
      return Optional.of(new Closed(id, config.resultTopic()));
    }
    return reader.failure().map(failure -> new Closed(id, config.resultTopic(), failure));
  }

  private void fail(PendingRequests.Pending request, PenstockClientException failure) {
    pending.take(request);
    request.future().completeExceptionally(failure);
  }

  private boolean acquireRoom() {
    try {
      return pending.reserve(config.maxWait());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Instant awaitUntil(InferenceRequest request) {
    return request
        .getDeadline()
        .orElseGet(() -> clock.instant().plus(config.defaultTimeout()))
        .plus(config.grace());
  }

  /**
   * Measures the rest of the time from the append by the log's clock, by which others judge the
   * deadline: this host's may be minutes off.
   */
  private void appended(
      PendingRequests.Pending added, InferenceRequest request, Instant appendedAt) {
    Instant now = clock.instant();
    Duration left =
        request
            .getDeadline()
            .map(deadline -> Duration.between(appendedAt, deadline))
            .orElse(config.defaultTimeout());
    pending.appended(added, appendedAt, now.plus(left).plus(config.grace()));
  }

  private void awaitResults(Duration wait) {
    try {
      CompletableFuture.allOf(pending.futures().toArray(CompletableFuture[]::new))
          .get(wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException someMissing) {
      // Those left are failed next.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void joinReader(Thread thread) {
    try {
      thread.join(CLOSING);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
