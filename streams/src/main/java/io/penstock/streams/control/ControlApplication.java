package io.penstock.streams.control;

import io.micrometer.core.instrument.MeterRegistry;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.models.ModelPublisher;
import io.penstock.schemas.reading.CommittedReads;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.runtime.ClockProbe;
import io.penstock.streams.runtime.JobWatch;
import io.penstock.streams.runtime.LogClock;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The control loop of one process: rollouts, experiments, ladders and budgets. Several processes
 * may run it; one of them leads.
 */
public final class ControlApplication implements AutoCloseable {

  private final ClusterConnection connection;
  private final ControlConfig config;
  private final TopicNames names;
  private final AvroSerdes serdes;
  private final LogClock clock = new LogClock(InstantSource.system());
  private final ControlLoop loop;

  /** Connects to nothing yet. */
  public ControlApplication(
      ControlConfig config,
      ClusterConnection connection,
      TopicSettings settings,
      MeterRegistry metrics) {
    this.connection = connection;
    this.config = config;
    this.names = settings.names();
    this.serdes = new AvroSerdes(connection);
    clock.show(metrics, "control");
    ControlTopics topics = new ControlTopics(names, serdes);
    ModelPublisher models = new ModelPublisher(connection, settings);
    this.loop =
        new ControlLoop(
            new ControlLoop.Parts(
                config,
                names.routing(),
                this::member,
                tables -> new ControlReader(reader("penstock-control-reader"), topics, tables),
                () -> new KafkaControlWriter(names, producer()),
                new KafkaReplaySource(
                    settings,
                    serdes.deserializer(ScoredRequest.class),
                    () -> reader("penstock-control-replay")),
                settings.modelPartitions(),
                model -> {
                  var _ = models.apply(List.of(model));
                },
                new ControlMetrics(metrics),
                JobWatch.ofLoop("control", "failures", metrics, System::nanoTime),
                clock));
  }

  /** The group whose member with the routing topic's partition leads. */
  static String group(TopicNames names) {
    return names.prefix() + "control-loop";
  }

  /** The id that all writers of the registries' topics share: the last to come may write. */
  static String transactionalId(TopicNames names) {
    return names.models() + ".publisher";
  }

  /** Starts the loop's thread; the topics must exist. */
  public void start() {
    loop.start();
  }

  /** Returns whether this process leads and decides. */
  public boolean leading() {
    return loop.leading();
  }

  /** Returns what is wrong, if anything. */
  public Optional<String> problem() {
    return loop.problem();
  }

  /** Returns why it has ended for good, if it has failed. */
  public Optional<String> failure() {
    return loop.failure();
  }

  /** Gives the lead away and ends; takes a few seconds at most. */
  @Override
  public void close() {
    loop.close();
  }

  /** A member of the loop's group, by the log's time from then on. */
  private Consumer<String, byte[]> member() {
    ClockProbe.set(clock, connection, names.fleet());
    Map<String, Object> own = new HashMap<>();
    own.put("group.id", group(names));
    own.put("client.id", "penstock-control-member");
    own.put("enable.auto.commit", false);
    own.put("auto.offset.reset", "latest");
    own.put("session.timeout.ms", (int) config.sessionTimeout().toMillis());
    own.put("heartbeat.interval.ms", (int) (config.sessionTimeout().toMillis() / 4));
    own.put("allow.auto.create.topics", false);
    return new KafkaConsumer<>(
        connection.with(own), new StringDeserializer(), new ByteArrayDeserializer());
  }

  private Consumer<String, byte[]> reader(String clientId) {
    return CommittedReads.consumer(
        connection, clientId, new StringDeserializer(), Map.of("auto.offset.reset", "earliest"));
  }

  private KafkaProducer<String, SpecificRecord> producer() {
    return new KafkaProducer<>(
        connection.with(
            Map.of(
                "client.id",
                "penstock-control-writer",
                "transactional.id",
                transactionalId(names),
                "transaction.timeout.ms",
                (int) config.transactionTimeout().toMillis(),
                "max.block.ms",
                10_000L,
                "compression.type",
                "lz4",
                "max.request.size",
                64 * 1024 * 1024)),
        new StringSerializer(),
        serdes.serializer(SpecificRecord.class));
  }
}
