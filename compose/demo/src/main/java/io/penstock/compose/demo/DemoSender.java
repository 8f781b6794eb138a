package io.penstock.compose.demo;

import io.penstock.compose.input.InputException;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.topics.TopicNames;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Produces a workload as any client would: straight to the priority topics. Every fifth request is
 * interactive, sent at a steady rate; the others are batch, sent as fast as the producer takes
 * them.
 */
final class DemoSender {

  /** One request in this many is interactive. */
  static final int INTERACTIVE_EVERY = 5;

  private static final String TENANT = "demo";

  private final DemoWorkload workload;
  private final TopicNames names;
  private final Producer<String, InferenceRequest> producer;
  private final DemoLedger ledger;
  private final InstantSource clock;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  DemoSender(
      DemoWorkload workload,
      TopicNames names,
      Producer<String, InferenceRequest> producer,
      DemoLedger ledger,
      InstantSource clock) {
    this.workload = workload;
    this.names = names;
    this.producer = producer;
    this.ledger = ledger;
    this.clock = clock;
  }

  /** The class of the request of this number. */
  static ServiceClass classOf(long number) {
    return number % INTERACTIVE_EVERY == INTERACTIVE_EVERY - 1
        ? ServiceClass.INTERACTIVE
        : ServiceClass.BATCH;
  }

  /** Sends those of a class, with this long between two; returns when the producer has them all. */
  void send(ServiceClass serviceClass, Duration between)
      throws InputException, InterruptedException {
    long[] next = {System.nanoTime()};
    workload.forEach(
        (number, request) -> {
          if (classOf(number) != serviceClass || failure.get() != null) {
            return;
          }
          if (between.isPositive()) {
            next[0] += between.toNanos();
            Thread.sleep(Duration.ofNanos(Math.max(0, next[0] - System.nanoTime())));
          }
          produce(serviceClass, request);
        });
  }

  private void produce(ServiceClass serviceClass, DemoRequest request) {
    Instant now = clock.instant();
    InferenceRequest record =
        InferenceRequest.newBuilder()
            .setId(Ids.next())
            .setTenant(TENANT)
            .setEndpoint(request.endpoint())
            .setModel(request.model())
            .setBody(ByteBuffer.wrap(request.body().getBytes(StandardCharsets.UTF_8)))
            .setServiceClass(serviceClass)
            .setCreatedAt(now)
            .build();
    ledger.submitted(record.getId(), now);
    var _ =
        producer.send(
            new ProducerRecord<>(names.requests(serviceClass), record.getId(), record),
            (metadata, error) -> {
              if (error != null) {
                failure.compareAndSet(null, error);
              }
            });
  }

  /** Returns why a request could not be produced, or null. Sending stops at the first. */
  @Nullable Exception failure() {
    return failure.get();
  }
}
