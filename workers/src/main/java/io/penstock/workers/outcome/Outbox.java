package io.penstock.workers.outcome;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.schemas.text.Printable;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.workers.kafka.TraceContext;
import io.penstock.workers.lease.LeasePorts.Report;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
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
 * Sends demands and outcomes. Outcomes are tried until Kafka has them or their session is over;
 * demands are not tried again, since the next one says more. The producer belongs to the thread
 * that calls all but {@link #report}.
 */
public final class Outbox {

  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

  private final Supplier<Producer<String, byte[]>> producers;
  private final TopicNames topics;
  private final Serializer<WorkerDemand> demands;
  private final Serializer<AttemptOutcome> outcomes;
  private final Consumer<WorkerDemand> acknowledged;
  private final Consumer<Report> delivered;
  private final Consumer<AttemptOutcome> dropped;
  private final Queue<Report> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger undelivered = new AtomicInteger();
  private volatile @Nullable Producer<String, byte[]> producer;

  /** Set by the producer's thread; whoever reads it makes a new producer. */
  private volatile boolean failed;

  private volatile boolean troubled;

  /**
   * @param acknowledged told of demands that Kafka has, on the producer's thread
   * @param delivered told of outcomes that Kafka has, on the producer's thread, before they cease
   *     to count as undelivered
   * @param dropped told of outcomes that nobody waits for any more
   */
  public Outbox(
      Supplier<Producer<String, byte[]>> producers,
      TopicNames topics,
      Serializer<WorkerDemand> demands,
      Serializer<AttemptOutcome> outcomes,
      Consumer<WorkerDemand> acknowledged,
      Consumer<Report> delivered,
      Consumer<AttemptOutcome> dropped) {
    this.producers = producers;
    this.topics = topics;
    this.demands = demands;
    this.outcomes = outcomes;
    this.acknowledged = acknowledged;
    this.delivered = delivered;
    this.dropped = dropped;
  }

  /** Queues an outcome. From any thread; never waits. */
  public void report(Report report) {
    undelivered.incrementAndGet();
    queue.add(report);
  }

  /** Outcomes that Kafka does not have yet. */
  public int undelivered() {
    return undelivered.get();
  }

  /** Whether the producer cannot go on; see {@link #reset}. */
  public boolean hasFailed() {
    return failed;
  }

  /**
   * Sends what is queued; what belongs to another session is dropped.
   *
   * @return whether something must be tried again after a while
   */
  public boolean flush(String session) {
    troubled = false;
    for (int left = queue.size(); left > 0 && !troubled && !failed; left--) {
      Report report = queue.poll();
      if (report == null) {
        break;
      }
      if (report.outcome().getSession().equals(session)) {
        send(report);
      } else {
        undelivered.decrementAndGet();
        dropped.accept(report.outcome());
      }
    }
    return !queue.isEmpty();
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

  private void send(Report report) {
    AttemptOutcome outcome = report.outcome();
    try {
      byte[] value = outcomes.serialize(topics.outcomes(), outcome);
      ProducerRecord<String, byte[]> record =
          new ProducerRecord<>(
              topics.outcomes(),
              report.partition(),
              null,
              outcome.getRequestId(),
              value,
              TraceContext.headers(report.traceparent()));
      send(
          record,
          problem -> {
            if (problem == null) {
              delivered.accept(report);
              undelivered.decrementAndGet();
            } else {
              again(report, problem);
            }
          });
    } catch (RuntimeException e) {
      again(report, e);
      troubled(e, "An outcome");
    }
  }

  /** Both the callback and the future tell the outcome; the callback is enough. */
  @SuppressWarnings({"FutureReturnValueIgnored", "ReferenceEquality"})
  private void send(
      ProducerRecord<String, byte[]> record, Consumer<@Nullable Exception> delivered) {
    Producer<String, byte[]> sender = producer();
    sender.send(
        record,
        (_, problem) -> {
          delivered.accept(problem);
          // What a producer says while it is being replaced is no news of its successor.
          if (problem != null && sender == producer) {
            troubled(problem, "A record");
          }
        });
  }

  /**
   * An outcome that cannot be written or is too large becomes a small failure that says so; any
   * other is sent again.
   */
  private void again(Report report, Exception problem) {
    switch (problem) {
      case RecordTooLargeException _ ->
          queue.add(instead(report, SmallOutcome.tooLarge(report.outcome(), problem)));
      case MalformedRecordException _ when SmallOutcome.isUnwritable(report.outcome()) -> {
        LOG.error(
            "Not even a failure can be reported of {}",
            Printable.of(report.outcome().getRequestId()));
        undelivered.decrementAndGet();
        dropped.accept(report.outcome());
        // The new session gives the lease back.
        failed = true;
      }
      case MalformedRecordException _ ->
          queue.add(instead(report, SmallOutcome.unwritable(report.outcome(), problem)));
      default -> queue.add(report);
    }
  }

  private static Report instead(Report report, AttemptOutcome small) {
    return new Report(report.partition(), small, report.traceparent());
  }

  /** The registry's troubles are not the producer's; the rest is, unless Kafka says otherwise. */
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
