package io.penstock.schemas.client;

import io.penstock.schemas.CommandKind;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.Feedback;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.client.PenstockClientException.NotSent;
import io.penstock.schemas.json.ResultJson;
import io.penstock.schemas.serde.AvroSerdes;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests and cancellations over Kafka and reads nothing. {@link PenstockClient} also hands
 * back results; this is for those who read the results topic themselves. Many threads may share
 * one.
 */
public final class RequestSender implements AutoCloseable {

  private static final Duration CLOSING = Duration.ofSeconds(10);

  private final PenstockClientConfig config;
  private final Producer<String, SpecificRecord> producer;
  private final Clock clock;
  private final RequestPreparation preparation;

  RequestSender(
      PenstockClientConfig config, Producer<String, SpecificRecord> producer, Clock clock) {
    this.config = config;
    this.producer = producer;
    this.clock = clock;
    this.preparation = new RequestPreparation(config);
  }

  /** Connects. */
  public static RequestSender open(PenstockClientConfig config) {
    AvroSerdes serdes = new AvroSerdes(config.connection());
    return new RequestSender(config, ClientFactory.producer(config, serdes), Clock.systemUTC());
  }

  /**
   * Sends the request. Its result goes to the results topic.
   *
   * @param traceparent the W3C header that the request's trace continues; one that is not of the
   *     standard's form is left out
   * @return completed once the log has the request, or exceptionally with {@link NotSent}
   * @throws IllegalArgumentException if the request is invalid
   */
  public CompletableFuture<RecordMetadata> send(
      InferenceRequest request, @Nullable String traceparent) {
    return send(preparation.prepare(request, traceparent, false));
  }

  /** Does the same without a trace, and asks for the result in this form. */
  public CompletableFuture<RecordMetadata> sendWanting(
      InferenceRequest request, ResultFormat format) {
    ProducerRecord<String, InferenceRequest> ready = preparation.prepare(request, null, false);
    String form = format.name().toLowerCase(Locale.ROOT);
    ready.headers().add(ResultJson.ACCEPT, form.getBytes(StandardCharsets.UTF_8));
    return send(ready);
  }

  private CompletableFuture<RecordMetadata> send(ProducerRecord<String, InferenceRequest> ready) {
    return write(ready)
        .exceptionallyCompose(
            failed -> CompletableFuture.failedFuture(new NotSent(ready.value().getId(), failed)));
  }

  /**
   * Asks to stop a tenant's request, waiting or running. Its result then says CANCELLED, unless
   * another came first.
   *
   * @return completed once the log has the command, which is not yet obeyed then
   */
  public CompletableFuture<Void> cancel(String tenant, String requestId) {
    ControlCommand command =
        ControlCommand.newBuilder()
            .setKind(CommandKind.CANCEL)
            .setRequestId(requestId)
            .setTenant(tenant)
            .setIssuedAt(clock.instant())
            .build();
    return everywhere(config.topics().names().cancellations(), requestId, command);
  }

  /**
   * Says how good a result was. Of one source only the latest judgement of a request counts.
   *
   * @return completed once the log has it
   * @throws IllegalArgumentException naming what is wrong with it
   */
  public CompletableFuture<Void> feedback(Feedback feedback) {
    requireValid(feedback);
    return write(
            new ProducerRecord<>(
                config.topics().names().feedback(), feedback.getRequestId(), feedback))
        .thenApply(_ -> null);
  }

  static void requireValid(Feedback feedback) {
    if (!(feedback.getScore() >= 0 && feedback.getScore() <= 1)) {
      throw new IllegalArgumentException(
          "score is %s; it must be from 0 to 1".formatted(feedback.getScore()));
    }
    if (feedback.getRequestId().isBlank() || feedback.getSource().isBlank()) {
      throw new IllegalArgumentException("requestId and source must not be blank");
    }
  }

  /**
   * Asks a worker to take no more requests and to stop when it has finished what it has. An
   * operator's command.
   *
   * @param reason why, for a person
   * @return completed once the log has the command, which is not yet obeyed then
   */
  public CompletableFuture<Void> drain(String workerId, String reason) {
    ControlCommand command =
        ControlCommand.newBuilder()
            .setKind(CommandKind.DRAIN)
            .setWorkerId(workerId)
            .setReason(reason)
            .setIssuedAt(clock.instant())
            .build();
    return everywhere(config.topics().names().control(), workerId, command);
  }

  /** Nobody but dispatch knows which partitions a command concerns. */
  private CompletableFuture<Void> everywhere(String topic, String key, ControlCommand command) {
    List<CompletableFuture<RecordMetadata>> writes = new ArrayList<>();
    for (int partition = 0; partition < config.topics().modelPartitions(); partition++) {
      writes.add(write(new ProducerRecord<>(topic, partition, key, command)));
    }
    return CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new));
  }

  CompletableFuture<RecordMetadata> write(ProducerRecord<String, ? extends SpecificRecord> ready) {
    CompletableFuture<RecordMetadata> written = new CompletableFuture<>();
    ProducerRecord<String, SpecificRecord> general =
        new ProducerRecord<>(
            ready.topic(), ready.partition(), ready.key(), ready.value(), ready.headers());
    try {
      var _ =
          producer.send(
              general,
              (metadata, failed) -> {
                if (failed == null) {
                  written.complete(metadata);
                } else {
                  written.completeExceptionally(failed);
                }
              });
    } catch (RuntimeException refused) {
      written.completeExceptionally(refused);
    }
    return written;
  }

  /** Sends what was taken, for a few seconds at most. */
  @Override
  public void close() {
    producer.close(CLOSING);
  }
}
