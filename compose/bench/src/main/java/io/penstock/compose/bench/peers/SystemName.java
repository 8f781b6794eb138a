package io.penstock.compose.bench.peers;

import java.util.List;
import java.util.Locale;

/** The systems that are compared, in the order in which they run. */
public enum SystemName {
  PENSTOCK(
      "Penstock on Kafka",
      "acks=all, score and dispatch exactly_once_v2, results read_committed; one broker, which"
          + " leaves fsync to the system, Kafka's default",
      "lease.timeout 5 s (default)"),
  BULLMQ(
      "BullMQ on Redis",
      "append-only file on, appendfsync %s, no snapshots; jobs with a priority",
      "lockDuration and stalledInterval 5 s (default 30 s)"),
  CELERY(
      "Celery on Redis",
      "append-only file on, appendfsync %s, no snapshots; acks_late, reject_on_worker_lost,"
          + " prefetch multiplier 1, priority_steps [0, 9]",
      "visibility_timeout 5 s (default 1 h), looked at every 100 s"),
  RABBITMQ(
      "RabbitMQ",
      "durable classic queue with x-max-priority 9, persistent messages, publisher confirms for"
          + " requests and results, manual acknowledgement after the result is confirmed",
      "none needed: the closed connection gives jobs back");

  /** All of them. */
  public static final List<SystemName> ALL = List.of(values());

  private final String title;
  private final String durability;
  private final String lossDetection;

  SystemName(String title, String durability, String lossDetection) {
    this.title = title;
    this.durability = durability;
    this.lossDetection = lossDetection;
  }

  /** For a person. */
  String title() {
    return title;
  }

  /** The settings that decide what survives. */
  String durability(PeersSettings.RedisFsync fsync) {
    return durability.formatted(fsync.name().toLowerCase(Locale.ROOT));
  }

  /** Returns how it finds out that a worker is gone. */
  String lossDetection() {
    return lossDetection;
  }

  /** Returns the name as on the command line and in JSON. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
