package io.penstock.compose.bench.faults.load;

import io.penstock.compose.bench.faults.judge.Ledger;
import io.penstock.compose.bench.load.Pacing;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.client.InferenceRequests;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.models.Endpoint;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes requests of all classes to their topics at a steady rate, as any client does that waits
 * for Kafka as long as it takes. Sends on a thread of its own.
 */
public final class DirectLoad implements AutoCloseable {

  /** Longer than the longest fault, so that what a clock is off expires nothing. */
  static final Duration DEADLINE = Duration.ofHours(2);

  private static final int PATIENCE_MILLIS = 1_200_000;
  private static final int BUFFER_BYTES = 64 * 1024 * 1024;
  private static final int LEAST_TOKENS = 8;
  private static final int MOST_TOKENS = 30;

  private final TopicNames names;
  private final String model;
  private final String prefix;
  private final double rate;
  private final Random random;
  private final Ledger ledger;
  private final LongSupplier clock;
  private final KafkaProducer<String, InferenceRequest> producer;
  private final AtomicLong unsure = new AtomicLong();
  private final Thread thread;
  private volatile boolean stopped;

  /**
   * Begins to send.
   *
   * @param prefix of its ids, which no other load has
   * @param rate requests per second
   * @param clock milliseconds since the begin of the load
   */
  public DirectLoad(
      ClusterConnection connection,
      TopicNames names,
      String model,
      String prefix,
      long seed,
      double rate,
      Ledger ledger,
      LongSupplier clock) {
    this.names = names;
    this.model = model;
    this.prefix = prefix;
    this.rate = rate;
    this.random = new Random(seed);
    this.ledger = ledger;
    this.clock = clock;
    this.producer =
        new KafkaProducer<>(
            connection.with(
                Map.of(
                    ProducerConfig.ACKS_CONFIG, "all",
                    ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS,
                    ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE_MILLIS,
                    ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES)),
            new StringSerializer(),
            new AvroSerdes(connection).serializer(InferenceRequest.class));
    this.thread = Thread.ofPlatform().daemon().name("direct-load").start(this::send);
  }

  private void send() {
    Pacing pacing = new Pacing(rate);
    long begin = System.nanoTime();
    for (int number = 0; !stopped; number++) {
      long wait = begin + pacing.dueNanos(number) - System.nanoTime();
      if (wait > 0) {
        LockSupport.parkNanos(wait);
      }
      send(prefix + number);
    }
  }

  private void send(String id) {
    ServiceClass serviceClass =
        switch (random.nextInt(5)) {
          case 0, 1 -> ServiceClass.INTERACTIVE;
          case 2, 3 -> ServiceClass.STANDARD;
          default -> ServiceClass.BATCH;
        };
    Instant now = Instant.now();
    InferenceRequest request =
        InferenceRequests.of(Endpoint.CHAT_COMPLETIONS, model, body())
            .setId(id)
            .setTenant("bench")
            .setServiceClass(serviceClass)
            .setDeadline(now.plus(DEADLINE))
            .setCreatedAt(now)
            .build();
    var _ =
        producer.send(
            new ProducerRecord<>(names.requests(serviceClass), id, request),
            (_, error) -> {
              if (error == null) {
                ledger.acknowledged(id, serviceClass, clock.getAsLong());
              } else {
                unsure.incrementAndGet();
              }
            });
  }

  private String body() {
    return FrontCalls.chat(model, random.nextInt(LEAST_TOKENS, MOST_TOKENS));
  }

  /** Sends no more, and waits until Kafka has what was sent. */
  public void stop() throws InterruptedException {
    stopped = true;
    thread.join();
    producer.flush();
  }

  /** Requests of which the producer cannot say whether Kafka has them. */
  public long unsure() {
    return unsure.get();
  }

  @Override
  public void close() {
    stopped = true;
    producer.close(Duration.ZERO);
  }
}
