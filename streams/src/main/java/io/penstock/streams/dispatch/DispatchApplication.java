package io.penstock.streams.dispatch;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.reading.CommittedReads;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicAdmin;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.dispatch.shard.ShardRules;
import io.penstock.streams.dispatch.topology.DispatchParts;
import io.penstock.streams.dispatch.topology.DispatchTopology;
import io.penstock.streams.dispatch.topology.ShardCopies;
import io.penstock.streams.runtime.BatchEnd;
import io.penstock.streams.runtime.BoundedRocksDb;
import io.penstock.streams.runtime.ClockProbe;
import io.penstock.streams.runtime.JobWatch;
import io.penstock.streams.runtime.LogClock;
import io.penstock.streams.runtime.PolledBatches;
import io.penstock.streams.runtime.SendFailures;
import io.penstock.streams.runtime.SendPatience;
import io.penstock.streams.runtime.StartPositions;
import io.penstock.streams.runtime.StreamsState;
import io.penstock.streams.runtime.ThreadReplacement;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.LagInfo;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.ThreadMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the dispatch job. Several instances share the model partitions among them. */
public final class DispatchApplication implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DispatchApplication.class);

  private final DispatchConfig config;
  private final ShardRules rules;
  private final ClusterConnection connection;
  private final TopicSettings topics;
  private final Path stateDirectory;
  private final MeterRegistry registry;
  private volatile boolean stopping;
  private Admin admin;
  private volatile @Nullable KafkaStreams streams;
  private volatile @Nullable JobWatch watch;

  /**
   * Connects to nothing yet. Creates the policies that the configuration names.
   *
   * @throws IllegalArgumentException if there is no policy of a name, or an option is wrong
   */
  public DispatchApplication(
      DispatchConfig config,
      ClusterConnection connection,
      TopicSettings topics,
      Path stateDirectory,
      MeterRegistry registry) {
    this.config = config.withShard(config.shard().within(topics));
    this.rules = ShardRules.of(this.config.shard());
    this.connection = connection;
    this.topics = topics;
    this.stateDirectory = stateDirectory;
    this.registry = registry;
  }

  /**
   * Creates the topics that are missing and starts the job, which runs some seconds later.
   *
   * @throws io.penstock.schemas.topics.TopicMismatchException if a topic has the wrong number of
   *     partitions
   * @throws io.penstock.streams.runtime.LostPositionsException if it is not known any more what was
   *     read, and the configuration does not say to begin anew
   */
  public synchronized void start() {
    if (streams != null) {
      throw new IllegalStateException("dispatch was started already");
    }
    admin = Admin.create(connection.with(Map.of("client.id", "penstock-dispatch-admin")));
    TopicAdmin.ensure(admin, topics);
    new StartPositions(admin, this::consumer)
        .require(
            applicationId(),
            DispatchTopology.sources(topics.names()),
            DispatchTopology.STORES,
            config.beginAnew());
    LogClock clock = new LogClock(InstantSource.system());
    clock.show(registry, "dispatch");
    ClockProbe.set(clock, connection, topics.names().fleet());
    JobWatch working =
        new JobWatch("dispatch", Tags.empty(), config.progress(), registry, System::nanoTime);
    watch = working;
    PolledBatches batches = PolledBatches.diligent().reportingTo(working.progress(), clock);
    DispatchParts parts =
        new DispatchParts(
            config,
            rules,
            topics,
            new AvroSerdes(connection),
            config.exactlyOnce() ? batches : BatchEnd.NEVER,
            clock,
            registry,
            () -> stopping);
    KafkaStreams created = new KafkaStreams(DispatchTopology.build(parts), settings(), batches);
    streams = created;
    streams.setUncaughtExceptionHandler(
        new ThreadReplacement(
            "dispatch", working::threadFailed, Thread::sleep, clock, () -> stopping));
    streams.setStateListener((now, before) -> LOG.info("Dispatch is {} (was {})", now, before));
    new ShardCopies(() -> threads(created), config.standbys()).bindTo(registry);
    streams.start();
  }

  /**
   * Returns what keeps it from its work, if anything, as the end of a sentence that begins with the
   * job.
   */
  public Optional<String> problem() {
    KafkaStreams started = streams;
    JobWatch working = watch;
    return started == null || working == null
        ? Optional.of("it is not started")
        : StreamsState.problem(started.state()).or(working::problem);
  }

  /** Returns why it has ended for good, if it has failed. */
  public Optional<String> failure() {
    KafkaStreams started = streams;
    return started == null ? Optional.empty() : StreamsState.failure(started);
  }

  /**
   * By how many records the shards that this instance serves or copies lag behind their changelogs,
   * all together. A copy that lags far behind takes over slowly. Asks Kafka, and waits for it.
   *
   * @throws IllegalStateException if it is not started
   * @throws org.apache.kafka.streams.errors.StreamsException if Kafka does not answer
   */
  public long recordsBehind() {
    KafkaStreams started = streams;
    if (started == null) {
      throw new IllegalStateException("dispatch is not started");
    }
    return started.allLocalStorePartitionLags().values().stream()
        .flatMap(stores -> stores.values().stream())
        .mapToLong(LagInfo::offsetLag)
        .sum();
  }

  /** Stops, and leaves the group, so that other instances take over at once. */
  public synchronized void close(Duration timeout) {
    stopping = true;
    if (streams != null) {
      streams.close(
          CloseOptions.timeout(timeout)
              .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    }
    if (admin != null) {
      admin.close(Duration.ofSeconds(1));
    }
  }

  @Override
  public void close() {
    close(Duration.ofSeconds(10));
  }

  /** What each thread of the job has; nothing once it has ended. */
  private static Set<ThreadMetadata> threads(KafkaStreams streams) {
    return streams.state().isRunningOrRebalancing() ? streams.metadataForLocalThreads() : Set.of();
  }

  private String applicationId() {
    return topics.names().prefix() + "dispatch";
  }

  /** Reads committed records, without a group. */
  private Consumer<byte[], byte[]> consumer() {
    return CommittedReads.consumer(
        connection, "penstock-dispatch-positions", new ByteArrayDeserializer(), Map.of());
  }

  private Properties settings() {
    Map<String, Object> own = new HashMap<>();
    own.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId());
    own.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
    own.put(
        StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
        config.exactlyOnce() ? StreamsConfig.EXACTLY_ONCE_V2 : StreamsConfig.AT_LEAST_ONCE);
    own.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, config.commitInterval().toMillis());
    own.put(StreamsConfig.POLL_MS_CONFIG, config.pollTime().toMillis());
    // Waiting for records of every topic would add the poll time to each.
    own.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
    own.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.threads());
    own.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, config.standbys());
    own.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) topics.replicationFactor());
    // The same as for Penstock's topics, whatever the brokers' default: changelogs matter as much.
    own.put(
        StreamsConfig.topicPrefix("min.insync.replicas"),
        Integer.toString(topics.minInSyncReplicas()));
    own.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    // Changelogs take the shifted timestamps of Urgency otherwise, years apart, and roll at each.
    own.put(StreamsConfig.topicPrefix("message.timestamp.type"), "LogAppendTime");
    own.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
    own.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, SendFailures.class);
    // Small buffers: a record of an urgent topic waits behind no more than these.
    own.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 50);
    own.put(consumer(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 100);
    own.put(consumer(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 64 * 1024);
    // One fetch is under way at a time. What comes for a partition that it leaves out, because
    // records of it are still in memory, waits until that fetch is over.
    own.put(consumer(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), 20);
    // Scoring's transactions may be aborted, even where dispatch has none of its own.
    own.put(consumer(ConsumerConfig.ISOLATION_LEVEL_CONFIG), "read_committed");
    SendPatience.settings().forEach((name, value) -> own.put(producer(name), value));
    int session = Math.toIntExact(config.sessionTimeout().toMillis());
    own.put(consumer(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), session);
    own.put(consumer(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), session / 4);
    own.put(producer(ProducerConfig.LINGER_MS_CONFIG), lingerMillis());
    own.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
    own.put(StreamsConfig.ENABLE_METRICS_PUSH_CONFIG, false);
    own.put(producer(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), 1);
    own.put(producer(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), maxRecordBytes());
    if (config.exactlyOnce()) {
      own.put(
          producer(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
          Math.toIntExact(config.transactionTimeout().toMillis()));
    }
    Properties settings = new Properties();
    settings.putAll(connection.with(own));
    return settings;
  }

  /**
   * In a transaction records wait for the commit, which sends them at once in one request: sent one
   * by one, each partition would be added to the transaction by a request of its own.
   */
  private int lingerMillis() {
    return config.exactlyOnce() ? Math.toIntExact(config.commitInterval().toMillis()) : 0;
  }

  /** A result holds an answer, a dead letter a request with its body: leave room around both. */
  private int maxRecordBytes() {
    return 2 * topics.maxRequestBytes() + 1024 * 1024;
  }

  private static String consumer(String setting) {
    return StreamsConfig.mainConsumerPrefix(setting);
  }

  private static String producer(String setting) {
    return StreamsConfig.producerPrefix(setting);
  }
}
