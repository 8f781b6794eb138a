package io.penstock.compose.bench.protocol;

/** The topics that a shard reads, the most urgent first, as dispatch takes them in. */
enum ShardTopic {
  OUTCOMES(0),
  DEMAND(1),
  CONTROL(2),
  TRANSFERS(3),
  INTERACTIVE(4),
  CANCELLATIONS(5),
  STANDARD(6),
  BATCH(7);

  static final int COUNT = values().length;

  private final int index;

  ShardTopic(int index) {
    this.index = index;
  }

  /** Its place among them, from 0. */
  int index() {
    return index;
  }
}
