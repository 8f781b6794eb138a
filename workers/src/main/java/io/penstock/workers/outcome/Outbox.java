package io.penstock.workers.outcome;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.schemas.text.Printable;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.workers.kafka.TraceContext;
import io.penstock.workers.lease.OutgoingOutcome;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends demands and outcomes. It tries outcomes until Kafka has them or their session is over. It
 * does not try demands again, since the next one says more. One thread calls all methods.
 */
public final class Outbox {

  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

  private final OutcomeQueue queue;
  private final Supplier<Producer<String, byte[]>> producers;
  private final TopicNames topics;
  private final Serializer<WorkerDemand> demands;
  private final Serializer<AttemptOutcome> outcomes;
  private final Consumer<WorkerDemand> acknowledged;
  private final Consumer<OutgoingOutcome> delivered;
  private final Consumer<AttemptOutcome> dropped;
  private volatile @Nullable Producer<String, byte[]> producer;

  /** The producer's thread sets it; the thread that reads it makes a new producer. */
  private volatile boolean failed;

  private volatile boolean troubled;

  /**
   * @param queue the outcomes to send
   * @param acknowledged takes demands that Kafka has, on the producer's thread
   * @param delivered takes outcomes that Kafka has, on the producer's thread, before they cease to
   *     count as undelivered
   * @param dropped takes outcomes that nobody waits for any more
   */
  public Outbox(
      OutcomeQueue queue,
      Supplier<Producer<String, byte[]>> producers,
      TopicNames topics,
      Serializer<WorkerDemand> demands,
      Serializer<AttemptOutcome> outcomes,
      Consumer<WorkerDemand> acknowledged,
      Consumer<OutgoingOutcome> delivered,
      Consumer<AttemptOutcome> dropped) {
    this.queue = queue;
    this.producers = producers;
    this.topics = topics;
    this.demands = demands;
    this.outcomes = outcomes;
    this.acknowledged = acknowledged;
    this.delivered = delivered;
    this.dropped = dropped;
  }

  /** Outcomes that Kafka does not have yet. */
  public int undelivered() {
    return queue.undelivered();
  }

  /** Returns whether the producer cannot go on; see {@link #reset}. */
  public boolean hasFailed() {
    return failed;
  }

  /**
   * Sends the queued outcomes, and drops those of another session.
   *
   * @return whether something must be tried again after a while
   */
  public boolean flush(String session) {
    troubled = false;
    for (int left = queue.waiting(); left > 0 && !troubled && !failed; left--) {
      OutgoingOutcome outgoing = queue.poll();
      if (outgoing == null) {
        break;
      }
      if (outgoing.outcome().getSession().equals(session)) {
        send(outgoing);
      } else {
        queue.done();
        dropped.accept(outgoing.outcome());
      }
    }
    return queue.waiting() > 0;
  }

  /** Sends a demand. */
  public void send(int partition, WorkerDemand demand) {
    try {
      byte[] value = demands.serialize(topics.demand(), demand);
      ProducerRecord<String, byte[]> record =
          new ProducerRecord<>(topics.demand(), partition, demand.getWorkerId(), value);
      send(
          record,
          problem -> {
            if (problem == null) {
              acknowledged.accept(demand);
            } else {
              LOG.debug("A demand was not delivered", problem);
            }
          });
    } catch (RuntimeException e) {
      troubled(e, "A demand");
    }
  }

  private void send(OutgoingOutcome outgoing) {
    AttemptOutcome outcome = outgoing.outcome();
    try {
      byte[] value = outcomes.serialize(topics.outcomes(), outcome);
      ProducerRecord<String, byte[]> record =
          new ProducerRecord<>(
              topics.outcomes(),
              outgoing.partition(),
              null,
              outcome.getRequestId(),
              value,
              TraceContext.headers(outgoing.traceparent()));
      send(
          record,
          problem -> {
            if (problem == null) {
              delivered.accept(outgoing);
              queue.done();
            } else {
              again(outgoing, problem);
            }
          });
    } catch (RuntimeException e) {
      again(outgoing, e);
      troubled(e, "An outcome");
    }
  }

  /** Ignores the future, since the callback says the same. */
  @SuppressWarnings({"FutureReturnValueIgnored", "ReferenceEquality"})
  private void send(
      ProducerRecord<String, byte[]> record, Consumer<@Nullable Exception> delivered) {
    Producer<String, byte[]> sender = producer();
    sender.send(
        record,
        (_, problem) -> {
          delivered.accept(problem);
          // An error of a producer that was replaced says nothing about its successor.
          if (problem != null && sender == producer) {
            troubled(problem, "A record");
          }
        });
  }

  /**
   * An outcome that cannot be written or is too large becomes a small failure that says so; any
   * other is sent again.
   */
  private void again(OutgoingOutcome outgoing, Exception problem) {
    switch (problem) {
      case RecordTooLargeException _ ->
          queue.putBack(instead(outgoing, SmallOutcome.tooLarge(outgoing.outcome(), problem)));
      case MalformedRecordException _ when SmallOutcome.isUnwritable(outgoing.outcome()) -> {
        LOG.error(
            "Cannot report even the failure of {}",
            Printable.of(outgoing.outcome().getRequestId()));
        queue.done();
        dropped.accept(outgoing.outcome());
        // The session ends, so that dispatch takes the lease back.
        failed = true;
      }
      case MalformedRecordException _ ->
          queue.putBack(instead(outgoing, SmallOutcome.unwritable(outgoing.outcome(), problem)));
      default -> queue.putBack(outgoing);
    }
  }

  private static OutgoingOutcome instead(OutgoingOutcome outgoing, AttemptOutcome small) {
    return new OutgoingOutcome(outgoing.partition(), small, outgoing.traceparent());
  }

  /** A failure of the registry says nothing about the producer; any other does unless retriable. */
  private void troubled(Exception problem, String what) {
    troubled = true;
    if (problem instanceof RetriableException
        || problem instanceof SerializationException
        || problem instanceof RecordTooLargeException) {
      LOG.warn("{} could not be sent and is tried again: {}", what, problem.toString());
    } else {
      LOG.error("The producer failed and is replaced", problem);
      failed = true;
    }
  }

  /** Replaces a failed producer. The session must be renewed before the next send. */
  public void reset() {
    closeNow(Duration.ZERO);
    failed = false;
  }

  /** Waits for what was sent, at most so long, and closes. */
  public void close(Duration atMost) {
    closeNow(atMost);
  }

  private void closeNow(Duration atMost) {
    Producer<String, byte[]> closing = producer;
    producer = null;
    if (closing != null) {
      try {
        closing.close(atMost);
      } catch (RuntimeException e) {
        LOG.debug("The producer did not close", e);
      }
    }
  }

  private Producer<String, byte[]> producer() {
    Producer<String, byte[]> present = producer;
    if (present == null) {
      present = producers.get();
      producer = present;
    }
    return present;
  }
}
