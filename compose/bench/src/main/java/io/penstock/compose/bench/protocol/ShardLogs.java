package io.penstock.compose.bench.protocol;

import io.penstock.schemas.ServiceClass;
import java.util.ArrayList;
import java.util.List;

/** The partitions that one shard reads, and how far it has committed to have read each. */
final class ShardLogs {

  /** A new owner may read so many again. */
  static final int READ_AGAIN = 300;

  private final List<SimLog<Object>> logs = new ArrayList<>();
  private final long[] committed = new long[ShardTopic.COUNT];
  private Runnable whenAppended = () -> {};

  ShardLogs() {
    for (int topic = 0; topic < ShardTopic.COUNT; topic++) {
      logs.add(new SimLog<>(READ_AGAIN));
    }
  }

  void whenAppended(Runnable action) {
    whenAppended = action;
  }

  void append(ShardTopic topic, Object record) {
    logs.get(topic.index()).append(record);
    whenAppended.run();
  }

  static ShardTopic work(ServiceClass serviceClass) {
    return switch (serviceClass) {
      case INTERACTIVE -> ShardTopic.INTERACTIVE;
      case STANDARD -> ShardTopic.STANDARD;
      case BATCH -> ShardTopic.BATCH;
    };
  }

  SimLog<Object> log(int topic) {
    return logs.get(topic);
  }

  /** Returns whether there is a record behind a position. */
  boolean hasMore(long[] positions) {
    for (int topic = 0; topic < ShardTopic.COUNT; topic++) {
      if (positions[topic] < logs.get(topic).end()) {
        return true;
      }
    }
    return false;
  }

  long[] committed() {
    return committed.clone();
  }

  void commit(long[] positions) {
    for (int topic = 0; topic < ShardTopic.COUNT; topic++) {
      committed[topic] = positions[topic];
      logs.get(topic).trim(positions[topic]);
    }
  }
}
