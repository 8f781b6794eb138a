package io.penstock.compose.kafka;

import static java.util.stream.Collectors.toMap;

import java.util.HashMap;
import java.util.Map;

/** The broker's properties: one node that is broker and controller, small enough for a laptop. */
final class BrokerSettings {

  static final int NODE_ID = 1;
  static final String CONTROLLER_LISTENER = "CONTROLLER";
  private static final String CLIENT_LISTENER = "PLAINTEXT";

  private BrokerSettings() {}

  /** As text, which Kafka parses into each setting's own type. */
  static Map<String, String> of(EmbeddedKafkaConfig config, int clientPort, int controllerPort) {
    Map<String, Object> settings = new HashMap<>();
    settings.putAll(addresses(clientPort, controllerPort));
    settings.put("log.dirs", config.folder().toAbsolutePath().toString());
    settings.putAll(records(config.maxMessageBytes()));
    settings.putAll(oneNode());
    settings.putAll(quickTakeOver());
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
        "node.id",
        NODE_ID,
        "listeners",
        client + "," + controller,
        "advertised.listeners",
        client,
        "inter.broker.listener.name",
        CLIENT_LISTENER,
        "controller.listener.names",
        CONTROLLER_LISTENER,
        "listener.security.protocol.map",
        "%s:PLAINTEXT,%s:PLAINTEXT".formatted(CLIENT_LISTENER, CONTROLLER_LISTENER),
        "controller.quorum.voters",
        "%d@%s:%d".formatted(NODE_ID, host, controllerPort));
  }

  private static Map<String, Object> records(int maxMessageBytes) {
    return Map.of(
        "message.max.bytes",
        maxMessageBytes,
        "replica.fetch.max.bytes",
        maxMessageBytes,
        "auto.create.topics.enable",
        false,
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

  private static Map<String, Object> oneNode() {
    Map<String, Object> settings = new HashMap<>();
    for (String topic :
        new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
      settings.put(topic + ".replication.factor", 1);
      settings.put(topic + ".num.partitions", 4);
    }
    settings.put("transaction.state.log.min.isr", 1);
    settings.put("share.coordinator.state.topic.min.isr", 1);
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

  /** What lets the successor of a killed process begin within seconds. */
  private static Map<String, Object> quickTakeOver() {
    return Map.of(
        "group.initial.rebalance.delay.ms", 0,
        "group.min.session.timeout.ms", 2_000,
        "transaction.max.timeout.ms", 60_000,
        "transaction.abort.timed.out.transaction.cleanup.interval.ms", 500);
  }
}
