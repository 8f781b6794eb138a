package io.penstock.streams.score;

import static org.apache.kafka.streams.StreamsConfig.consumerPrefix;
import static org.apache.kafka.streams.StreamsConfig.mainConsumerPrefix;
import static org.apache.kafka.streams.StreamsConfig.producerPrefix;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.runtime.BoundedRocksDb;
import io.penstock.streams.runtime.SendFailures;
import io.penstock.streams.runtime.SendPatience;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler;

/**
 * The settings of Kafka Streams for one class: exactly once, with as little delay as that allows.
 */
final class ScoreStreamsSettings {

  /**
   * Few records are held in memory, since each may be as large as a request may be; and a new
   * interactive request never waits behind many.
   */
  private static final int RECORDS_PER_POLL = 50;

  private static final int BUFFERED_RECORDS = 50;
  private static final long MIN_BUFFER_MEMORY = 32L << 20;

  private ScoreStreamsSettings() {}

  static String applicationId(TopicNames topics, ServiceClass serviceClass) {
    return topics.prefix() + "score-" + serviceClass.name().toLowerCase(Locale.ROOT);
  }

  static Map<String, Object> of(
      ServiceClass serviceClass,
      ScoreConfig config,
      TopicSettings topics,
      BrokerFacts facts,
      Path stateDirectory) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId(topics.names(), serviceClass));
    settings.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
    settings.put(
        StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
        config.exactlyOnce() ? StreamsConfig.EXACTLY_ONCE_V2 : StreamsConfig.AT_LEAST_ONCE);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, config.commitInterval().toMillis());
    settings.put(StreamsConfig.POLL_MS_CONFIG, config.pollTime().toMillis());
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0L);
    settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, BUFFERED_RECORDS);
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) topics.replicationFactor());
    // The same as for Penstock's topics, whatever the brokers' default.
    settings.put(
        StreamsConfig.topicPrefix("min.insync.replicas"),
        Integer.toString(topics.minInSyncReplicas()));
    settings.put(StreamsConfig.ENABLE_METRICS_PUSH_CONFIG, false);
    settings.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
    // Sources read bytes, so this handler is never called; if it were, stopping would help nobody.
    settings.put(
        StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
        LogAndContinueExceptionHandler.class);
    settings.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, SendFailures.class);
    addClients(settings, config, facts);
    return settings;
  }

  private static void addClients(
      Map<String, Object> settings, ScoreConfig config, BrokerFacts facts) {
    long session =
        Math.max(config.sessionTimeout().toMillis(), facts.minSessionTimeout().toMillis());
    settings.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
    settings.put(mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), (int) session);
    settings.put(
        mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), (int) (session / 4));
    settings.put(consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), RECORDS_PER_POLL);
    int maxRequest = facts.limits().maxRequestBytes();
    // In a transaction records wait for the commit, which sends them at once in one request.
    settings.put(
        producerPrefix(ProducerConfig.LINGER_MS_CONFIG),
        config.exactlyOnce() ? (int) config.commitInterval().toMillis() : 0);
    settings.put(producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), 1L);
    settings.put(producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), maxRequest);
    settings.put(
        producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG),
        Math.max(MIN_BUFFER_MEMORY, 2L * maxRequest));
    SendPatience.settings().forEach((name, value) -> settings.put(producerPrefix(name), value));
    if (config.exactlyOnce()) {
      settings.put(
          producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
          (int) config.transactionTimeout().toMillis());
    }
  }
}
