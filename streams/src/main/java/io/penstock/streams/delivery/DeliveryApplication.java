package io.penstock.streams.delivery;

import io.micrometer.core.instrument.MeterRegistry;
import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.reading.CommittedReads;
import io.penstock.schemas.routing.ReplyTopicRule;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.runtime.JobWatch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * The delivery job of one process: copies results to the reply topics that requests name. Several
 * processes may run it; they share the partitions of the results topic.
 */
public final class DeliveryApplication implements AutoCloseable {

  private static final int ENVELOPE_BYTES = 1024 * 1024;
  private static final long LEAST_BUFFER = 32L << 20;

  private final DeliveryConfig config;
  private final ClusterConnection connection;
  private final TopicSettings settings;
  private final TopicNames names;
  private final AvroSerdes serdes;
  private final ReplyTopicRule rule;
  private final Deserializer<InferenceResult> results;
  private final Serializer<DeadLetter> letters;
  private final DeliveryMetrics metrics;
  private final InstantSource clock = InstantSource.system();
  private final String instance = UUID.randomUUID().toString();
  private final AtomicInteger producers = new AtomicInteger();
  private final DeliveryLoop loop;

  /** Connects to nothing yet. */
  public DeliveryApplication(
      DeliveryConfig config,
      ClusterConnection connection,
      TopicSettings settings,
      MeterRegistry registry) {
    this.config = config;
    this.connection = connection;
    this.settings = settings;
    this.names = settings.names();
    this.serdes = new AvroSerdes(connection);
    this.rule = new ReplyTopicRule(names, config.replyTopics());
    this.results = serdes.deserializer(InferenceResult.class);
    this.letters = serdes.serializer(DeadLetter.class);
    this.metrics = new DeliveryMetrics(registry, clock);
    this.loop =
        new DeliveryLoop(
            names.results(),
            Open::new,
            metrics,
            JobWatch.ofLoop("delivery", "restarts", registry, System::nanoTime),
            clock);
  }

  /** The group whose members share the results. */
  static String group(TopicNames names) {
    return names.prefix() + "delivery";
  }

  /** Starts the job's thread; the topics must exist. */
  public void start() {
    loop.start();
  }

  /** Returns what is wrong, if anything. */
  public Optional<String> problem() {
    return loop.problem();
  }

  /** Returns why it has ended for good, if it has failed. */
  public Optional<String> failure() {
    return loop.failure();
  }

  /** Ends, and leaves the group, so that other instances take over at once. */
  @Override
  public void close() {
    loop.close();
  }

  /** The clients of one attempt of the loop. */
  private final class Open implements DeliveryLoop.Session {

    private final Consumer<byte[], byte[]> consumer;
    private final Admin admin;
    private final RoutingFollower routing;
    private final ResultReader again;
    private final KafkaTransactions transactions;
    private final Courier courier;

    Open(ReplyTopicStates states) {
      consumer = member();
      admin = Admin.create(connection.with(Map.of("client.id", "penstock-delivery-admin")));
      again = new ResultReader(reader("penstock-delivery-again", new ByteArrayDeserializer()));
      routing =
          new RoutingFollower(
              names.routing(),
              reader("penstock-delivery-routing", new StringDeserializer()),
              serdes.deserializer(RoutingEntry.class));
      transactions =
          new KafkaTransactions(
              DeliveryApplication.this::producer, consumer::groupMetadata, this::letter);
      courier =
          new Courier(
              new Courier.Parts(
                  config,
                  rule,
                  routing::state,
                  results,
                  new KnownTopics(KnownTopics.describing(admin), clock),
                  transactions,
                  again::at,
                  consumer::position,
                  metrics,
                  clock),
              states);
      try {
        routing.open();
      } catch (RuntimeException e) {
        close();
        throw e;
      }
    }

    private ProducerRecord<byte[], byte[]> letter(DeadLetter letter) {
      byte[] key =
          letter.getRequestId().map(id -> id.getBytes(StandardCharsets.UTF_8)).orElse(null);
      return new ProducerRecord<>(
          names.deadLetters(), key, letters.serialize(names.deadLetters(), letter));
    }

    @Override
    public Consumer<byte[], byte[]> consumer() {
      return consumer;
    }

    @Override
    public Courier courier() {
      return courier;
    }

    @Override
    public void follow() {
      routing.follow();
    }

    @Override
    public void close() {
      transactions.close();
      routing.close();
      again.close();
      admin.close(Duration.ofSeconds(1));
      consumer.close(CloseOptions.timeout(Duration.ofSeconds(2)));
    }
  }

  private Consumer<byte[], byte[]> member() {
    int session = Math.toIntExact(config.sessionTimeout().toMillis());
    Map<String, Object> own = new HashMap<>();
    own.put("group.id", group(names));
    own.put("client.id", "penstock-delivery");
    own.put("enable.auto.commit", false);
    own.put("auto.offset.reset", "earliest");
    own.put("isolation.level", "read_committed");
    own.put("session.timeout.ms", session);
    own.put("heartbeat.interval.ms", session / 4);
    own.put("max.poll.records", config.pollRecords());
    own.put("fetch.max.bytes", config.fetchBytes());
    own.put("max.partition.fetch.bytes", config.fetchBytes());
    own.put("allow.auto.create.topics", false);
    return new KafkaConsumer<>(
        connection.with(own), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private <K> Consumer<K, byte[]> reader(String clientId, Deserializer<K> keys) {
    return CommittedReads.consumer(
        connection,
        clientId,
        keys,
        Map.of(
            "auto.offset.reset",
            "earliest",
            "max.poll.records",
            Courier.AGAIN_AT_ONCE,
            "fetch.max.bytes",
            config.fetchBytes(),
            "max.partition.fetch.bytes",
            1024 * 1024));
  }

  /** Uses short time-outs, since one topic that does not answer holds up the others for as long. */
  private Producer<byte[], byte[]> producer() {
    int send = Math.toIntExact(config.sendTimeout().toMillis());
    int largest = 2 * settings.maxRequestBytes() + ENVELOPE_BYTES;
    Map<String, Object> own = new HashMap<>();
    own.put("client.id", "penstock-delivery-writer");
    own.put(
        "transactional.id",
        "%s-%s-%d".formatted(group(names), instance, producers.getAndIncrement()));
    own.put("transaction.timeout.ms", Math.toIntExact(config.transactionTimeout().toMillis()));
    own.put("delivery.timeout.ms", send);
    own.put("request.timeout.ms", send * 3 / 4);
    own.put("max.block.ms", (long) send);
    own.put("linger.ms", 0);
    own.put("retry.backoff.ms", 10L);
    own.put("metadata.max.idle.ms", 5_000L);
    own.put("max.request.size", largest);
    own.put("buffer.memory", Math.max(LEAST_BUFFER, 2L * (largest + config.fetchBytes())));
    return new KafkaProducer<>(
        connection.with(own), new ByteArraySerializer(), new ByteArraySerializer());
  }
}
