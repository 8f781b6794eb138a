package io.penstock.compose.kafka;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The properties of a node that is broker and controller, small enough for a laptop. */
final class BrokerSettings {

  static final String CONTROLLER_LISTENER = "CONTROLLER";
  private static final String CLIENT_LISTENER = "PLAINTEXT";
  private static final List<String> OWN_TOPICS =
      List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic");

  private BrokerSettings() {}

  /**
   * As text, which Kafka parses into each setting's own type.
   *
   * @param controllerPort of this node
   */
  static Map<String, String> of(EmbeddedKafkaConfig config, int clientPort, int controllerPort) {
    Map<String, Object> settings = new HashMap<>();
    settings.putAll(addresses(clientPort, controllerPort));
    settings.put("node.id", config.nodeId());
    settings.put(
        "controller.quorum.voters",
        voters(
            config
                .quorum()
                .map(KafkaQuorum::controllerPorts)
                .orElseGet(() -> List.of(controllerPort))));
    settings.put("log.dirs", config.folder().toAbsolutePath().toString());
    settings.putAll(records(config.maxMessageBytes()));
    settings.putAll(small());
    settings.putAll(quickTakeOver());
    settings.putAll(config.quorum().map(BrokerSettings::copied).orElseGet(BrokerSettings::alone));
    settings.putAll(config.properties());
    return settings.entrySet().stream()
        .collect(toMap(Map.Entry::getKey, setting -> String.valueOf(setting.getValue())));
  }

  private static Map<String, Object> addresses(int clientPort, int controllerPort) {
    String host = LoopbackPorts.HOST;
    String client = "%s://%s:%d".formatted(CLIENT_LISTENER, host, clientPort);
    String controller = "%s://%s:%d".formatted(CONTROLLER_LISTENER, host, controllerPort);
    return Map.of(
        "process.roles",
        "broker,controller",
        "listeners",
        client + "," + controller,
        "advertised.listeners",
        client,
        "inter.broker.listener.name",
        CLIENT_LISTENER,
        "controller.listener.names",
        CONTROLLER_LISTENER,
        "listener.security.protocol.map",
        "%s:PLAINTEXT,%s:PLAINTEXT".formatted(CLIENT_LISTENER, CONTROLLER_LISTENER));
  }

  private static String voters(List<Integer> controllerPorts) {
    return IntStream.rangeClosed(1, controllerPorts.size())
        .mapToObj(
            node -> "%d@%s:%d".formatted(node, LoopbackPorts.HOST, controllerPorts.get(node - 1)))
        .collect(joining(","));
  }

  private static Map<String, Object> records(int maxMessageBytes) {
    return Map.of(
        "message.max.bytes",
        maxMessageBytes,
        "replica.fetch.max.bytes",
        maxMessageBytes,
        "auto.create.topics.enable",
        false,
        // A Penstock that is started once a month must still know what it has read.
        "offsets.retention.minutes",
        5 * 365 * 24 * 60,
        // Retention deletes whole segments; smaller ones return their room sooner.
        "log.segment.bytes",
        256 * 1024 * 1024,
        "log.index.size.max.bytes",
        2 * 1024 * 1024,
        "log.retention.check.interval.ms",
        60_000,
        // By default compaction would hold 128 MiB for its table of keys.
        "log.cleaner.dedupe.buffer.size",
        4 * 1024 * 1024);
  }

  private static Map<String, Object> small() {
    Map<String, Object> settings = new HashMap<>();
    for (String topic : OWN_TOPICS) {
      settings.put(topic + ".num.partitions", 4);
    }
    // A transaction that follows on another waits for its markers: by default 20 ms, whatever they
    // take.
    settings.put("add.partitions.to.txn.retry.backoff.ms", 1);
    settings.put("num.network.threads", 2);
    settings.put("num.io.threads", 4);
    settings.put("background.threads", 2);
    settings.put("num.replica.fetchers", 1);
    // An idle controller writes a no-op record this often.
    settings.put("metadata.max.idle.interval.ms", 5_000);
    return settings;
  }

  private static Map<String, Object> alone() {
    return copies(1, 1);
  }

  private static Map<String, Object> copied(KafkaQuorum quorum) {
    Map<String, Object> settings = copies(KafkaQuorum.COPIES, KafkaQuorum.MIN_COPIES);
    // Of topics that do not say, and of __consumer_offsets, which has no setting of its own.
    settings.put("default.replication.factor", KafkaQuorum.COPIES);
    settings.put("min.insync.replicas", KafkaQuorum.MIN_COPIES);
    long session = quorum.sessionTimeout().toMillis();
    settings.put("broker.session.timeout.ms", session);
    // Four to five heartbeats in a session, as in Kafka's defaults.
    settings.put("broker.heartbeat.interval.ms", session * 2 / 9);
    return settings;
  }

  /** Returns how safely the broker keeps what it knows of groups and transactions. */
  private static Map<String, Object> copies(int copies, int minCopies) {
    Map<String, Object> settings = new HashMap<>();
    OWN_TOPICS.forEach(topic -> settings.put(topic + ".replication.factor", copies));
    settings.put("transaction.state.log.min.isr", minCopies);
    settings.put("share.coordinator.state.topic.min.isr", minCopies);
    return settings;
  }

  /** Returns what lets the successor of a killed process begin within seconds. */
  private static Map<String, Object> quickTakeOver() {
    return Map.of(
        "group.initial.rebalance.delay.ms", 0,
        "group.min.session.timeout.ms", 2_000,
        "transaction.max.timeout.ms", 60_000,
        "transaction.abort.timed.out.transaction.cleanup.interval.ms", 500);
  }
}
