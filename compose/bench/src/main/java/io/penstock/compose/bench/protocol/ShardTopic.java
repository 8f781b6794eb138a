package io.penstock.compose.bench.protocol;

/** The topics that a shard reads, the most urgent first, as dispatch takes them in. */
enum ShardTopic {
  OUTCOMES,
  DEMAND,
  CONTROL,
  TRANSFERS,
  INTERACTIVE,
  CANCELLATIONS,
  STANDARD,
  BATCH;

  static final int COUNT = values().length;
}
