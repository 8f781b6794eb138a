package io.penstock.compose.e2e;

import io.penstock.compose.node.KafkaSettings;

/** The Kafka below the node of the end-to-end tests. It runs from its making until it is closed. */
interface TestKafka extends AutoCloseable {

  /** Returns how a node finds it. */
  KafkaSettings settings();

  /** Returns how many copies its brokers can keep of each partition. */
  short copies();

  @Override
  void close();

  /** A broker in the node's own process, which starts and stops with the node. */
  static TestKafka embedded() {
    return new TestKafka() {
      @Override
      public KafkaSettings settings() {
        return KafkaSettings.embedded(0);
      }

      @Override
      public short copies() {
        return 1;
      }

      @Override
      public void close() {
        // The node stops it.
      }
    };
  }
}
