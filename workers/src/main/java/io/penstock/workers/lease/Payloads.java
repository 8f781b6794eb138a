package io.penstock.workers.lease;

import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.Lease;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.serde.RegistryUnavailableException;
import io.penstock.schemas.text.Printable;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.workers.kafka.TraceContext;
import io.penstock.workers.payload.PayloadReader;
import io.penstock.workers.payload.RecordRead;
import java.time.InstantSource;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a lease's request from the log, and says what is wrong if that is not possible. */
public final class Payloads implements LeaseActions.PayloadReads {

  private static final Logger LOG = LoggerFactory.getLogger(Payloads.class);
  private static final int MAX_MESSAGE = 500;

  private final PayloadReader reader;
  private final Deserializer<ScoredRequest> deserializer;
  private final Predicate<String> servesEndpoint;
  private final TopicNames topics;
  private final InstantSource clock;

  /**
   * @param deserializer used by the reader's thread only
   * @param servesEndpoint whether the engine serves an OpenAI path
   */
  public Payloads(
      PayloadReader reader,
      Deserializer<ScoredRequest> deserializer,
      Predicate<String> servesEndpoint,
      TopicNames topics,
      InstantSource clock) {
    this.reader = reader;
    this.deserializer = deserializer;
    this.servesEndpoint = servesEndpoint;
    this.topics = topics;
    this.clock = clock;
  }

  /** Asks the reader, on whose thread {@code events} is told. */
  @Override
  public void read(Attempt attempt, LeaseEvents events) {
    Lease lease = attempt.lease();
    if (topics.classOfWork(lease.getPayloadTopic()).isEmpty()) {
      refuse(
          events,
          attempt,
          FailureCategory.INVALID,
          "payload_gone",
          "The lease points at topic %s, which is no work topic; check the topic prefix"
              .formatted(Printable.of(lease.getPayloadTopic(), 100)));
      return;
    }
    // A request that was moved here left its payload where it was.
    int holder = lease.getPayloadPartition().orElse(lease.getPartition());
    if (holder < 0 || lease.getPayloadOffset() < 0) {
      // Kafka's consumer would throw over it, and fail what others wait for.
      refuse(
          events,
          attempt,
          FailureCategory.INVALID,
          "payload_gone",
          "The lease points at partition %d, offset %d, which no log has; submit the request again"
              .formatted(holder, lease.getPayloadOffset()));
      return;
    }
    TopicPartition partition = new TopicPartition(lease.getPayloadTopic(), holder);
    reader.read(partition, lease.getPayloadOffset(), read -> answer(events, attempt, read));
  }

  /** Nothing may escape from here: it would take the reader's thread down. */
  private void answer(LeaseEvents events, Attempt attempt, RecordRead read) {
    switch (read) {
      case RecordRead.Found(ConsumerRecord<String, byte[]> record) ->
          decode(events, attempt, record);
      case RecordRead.Gone(String why) ->
          refuse(
              events,
              attempt,
              FailureCategory.INVALID,
              "payload_gone",
              "The request is no longer in the log: %s. Submit it again".formatted(why));
      case RecordRead.Unavailable(String why) ->
          refuse(
              events,
              attempt,
              FailureCategory.RETRYABLE,
              "payload_unavailable",
              "The request could not be read from the log: " + why);
    }
  }

  private void decode(LeaseEvents events, Attempt attempt, ConsumerRecord<String, byte[]> record) {
    ScoredRequest payload;
    try {
      payload = deserializer.deserialize(record.topic(), record.value());
    } catch (RegistryUnavailableException e) {
      String message = "The schema registry does not answer: " + said(e);
      refuse(events, attempt, FailureCategory.RETRYABLE, "registry_unavailable", message);
      return;
    } catch (RuntimeException e) {
      // The message may quote the record, which anybody may have written.
      LOG.warn(
          "Payload at {}-{}@{} cannot be read: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          said(e));
      LOG.debug("The cause", e);
      String message = "The request in the log cannot be read: " + said(e);
      refuse(events, attempt, FailureCategory.INVALID, "payload_unreadable", message);
      return;
    } catch (Error e) {
      // A lack of memory, for example, is the worker's fault and not the request's.
      String message = "The worker failed while it decoded the request: " + e;
      refuse(events, attempt, FailureCategory.RETRYABLE, "payload_error", message);
      throw e;
    }
    if (payload == null || !payload.getId().equals(attempt.lease().getRequestId())) {
      String message = "Another record is at the place in the log that the lease names";
      refuse(events, attempt, FailureCategory.INVALID, "payload_mismatch", message);
    } else if (!servesEndpoint.test(payload.getEndpoint())) {
      String message =
          "This worker's engine does not serve %s; correct the model's endpoints in the registry"
              .formatted(Printable.of(payload.getEndpoint(), 100));
      Failure failure =
          new Failure(
              FailureCategory.REJECTED, "endpoint_not_served", message, "endpoint", null, null);
      events.on(
          new LeaseEvent.PayloadRefused(attempt, failure, payload.getRequest()), clock.instant());
    } else {
      String trace = TraceContext.from(record.headers());
      events.on(new LeaseEvent.PayloadRead(attempt, payload, trace), clock.instant());
    }
  }

  private static String said(RuntimeException problem) {
    return Printable.of(String.valueOf(problem.getMessage()), MAX_MESSAGE);
  }

  private void refuse(
      LeaseEvents events, Attempt attempt, FailureCategory category, String code, String message) {
    Failure failure = Outcomes.failure(category, code, message);
    events.on(new LeaseEvent.PayloadRefused(attempt, failure, null), clock.instant());
  }
}
