package io.penstock.compose.cli;

import io.penstock.compose.config.Secrets;
import io.penstock.compose.kafka.SecurityFaults;
import io.penstock.compose.kafka.TlsListener;
import io.penstock.compose.node.NodeConfig;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.policies.RoutingPublisher;
import io.penstock.schemas.reading.CommittedReads;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.serde.RegistryUnavailableException;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToIntFunction;
import javax.net.ssl.SSLException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** A real cluster; each part connects when it is first used. An instance belongs to one thread. */
final class KafkaCluster implements Cluster {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String REMEDY =
      "; start one with 'penstock up', or give --kafka and --registry";

  private final ClusterConnection connection;
  private final TopicSettings configured;
  private final AvroSerdes serdes;
  private @Nullable Consumer<byte[], byte[]> consumer;
  private @Nullable ClientGateway gateway;

  private KafkaCluster(ClusterConnection connection, TopicSettings configured) {
    this.connection = connection;
    this.configured = configured;
    this.serdes = new AvroSerdes(connection);
  }

  /** Connects, having seen that both Kafka and the registry answer. */
  static Cluster connect(ClusterConnection connection, TopicSettings configured) {
    requireKafka(connection);
    requireRegistry(connection);
    return new KafkaCluster(connection, configured);
  }

  /** Sees that what a node does not run itself is there. */
  static void requireReachable(NodeConfig config) {
    Map<String, String> settings = config.kafka().settings();
    config
        .kafka()
        .bootstrapServers()
        .ifPresent(
            servers -> requireKafka(new ClusterConnection(servers, "not asked here", settings)));
    config
        .registry()
        .url()
        .ifPresent(url -> requireRegistry(new ClusterConnection("not asked here", url, settings)));
  }

  /** Sees that Kafka answers and takes who asks. */
  static void requireKafka(ClusterConnection connection) {
    requireSameSpeech(connection);
    int millis = (int) PATIENCE.toMillis();
    Map<String, Object> settings =
        connection.with(Map.of("request.timeout.ms", millis / 2, "default.api.timeout.ms", millis));
    try (Admin admin = admin(settings)) {
      admin.describeCluster().clusterId().get(millis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw noKafka(connection, e);
    } catch (KafkaException | TimeoutException e) {
      throw noKafka(connection, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliException.failure("interrupted", e);
    }
  }

  private static void requireSameSpeech(ClusterConnection connection) {
    TlsListener.unexpected(connection.bootstrapServers(), connection.ofKafka())
        .ifPresent(
            server -> {
              throw CliException.unreachable(
                  "Kafka speaks TLS at %s, and this process does not; set kafka.settings.security.protocol to SSL or SASL_SSL, and kafka.settings.ssl.truststore.location"
                      .formatted(server),
                  new SSLException("the listener answered with an alert of TLS"));
            });
  }

  private static Admin admin(Map<String, Object> settings) {
    try {
      return Admin.create(settings);
    } catch (KafkaException unusable) {
      throw CliException.unreachable(SecurityFaults.ofSettings(unusable), unusable);
    }
  }

  private static CliException noKafka(ClusterConnection connection, Exception e) {
    return CliException.unreachable(
        SecurityFaults.KAFKA
            .explain(e)
            .orElseGet(
                () ->
                    "no Kafka answers at %s within %d s"
                            .formatted(connection.bootstrapServers(), PATIENCE.toSeconds())
                        + REMEDY
                        + (connection.ofKafka().containsKey("security.protocol")
                            ? "; or see that kafka.settings.security.protocol is what the listener"
                                + " speaks"
                            : "")),
        e);
  }

  /** Sees that the registry answers and takes who asks. */
  private static void requireRegistry(ClusterConnection connection) {
    String url = connection.registryUrl();
    if (url.startsWith("mock://")) {
      return;
    }
    try {
      new AvroSerdes(connection).subjects().requireReachable();
    } catch (RegistryUnavailableException e) {
      throw CliException.unreachable(
          SecurityFaults.REGISTRY
              .explain(e)
              .orElseGet(
                  () ->
                      "no schema registry answers at %s: %s%s"
                          .formatted(
                              Secrets.address(url),
                              Secrets.address(String.valueOf(e.getMessage())),
                              String.valueOf(e.getMessage()).contains("; ") ? "" : REMEDY)),
          e);
    } catch (RuntimeException e) {
      throw CliException.unreachable(
          "no client of the schema registry can be made for %s: %s; see kafka.settings.schema.registry.* and kafka.settings.basic.auth.*"
              .formatted(Secrets.address(url), Secrets.address(String.valueOf(e.getMessage()))),
          e);
    }
  }

  @Override
  public ClusterConnection connection() {
    return connection;
  }

  @Override
  public TopicNames names() {
    return configured.names();
  }

  @Override
  public AvroSerdes serdes() {
    return serdes;
  }

  @Override
  public TopicSettings topics() {
    return counted(configured, this::partitions);
  }

  /** The topics as they are configured, with the partitions that they have. */
  static TopicSettings counted(TopicSettings configured, ToIntFunction<String> partitions) {
    return configured.withPartitions(
        partitions.applyAsInt(configured.names().demand()),
        partitions.applyAsInt(configured.names().leases()));
  }

  private int partitions(String topic) {
    int count = consumer().partitionsFor(topic).size();
    if (count == 0) {
      throw CliException.failure(
          "topic %s does not exist; start Penstock once, or give its --prefix".formatted(topic));
    }
    return count;
  }

  @Override
  public TopicLog log() {
    return new KafkaTopicLog(consumer());
  }

  private Consumer<byte[], byte[]> consumer() {
    if (consumer == null) {
      consumer =
          CommittedReads.consumer(
              connection,
              new ByteArrayDeserializer(),
              Map.of(
                  "auto.offset.reset",
                  "earliest",
                  "default.api.timeout.ms",
                  (int) PATIENCE.toMillis()));
    }
    return consumer;
  }

  @Override
  public RequestGateway requests() {
    if (gateway == null) {
      gateway = new ClientGateway(connection, topics());
    }
    return gateway;
  }

  @Override
  public ModelRegistry models() {
    return new PublishedModels(connection, topics(), InstantSource.system());
  }

  @Override
  public RoutingPublisher routing() {
    return new RoutingPublisher(connection, topics());
  }

  @Override
  public void close() {
    if (gateway != null) {
      gateway.close();
    }
    if (consumer != null) {
      consumer.close();
    }
  }
}
