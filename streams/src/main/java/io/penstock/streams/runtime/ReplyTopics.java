package io.penstock.streams.runtime;

/**
 * Which topics can take a result. A result sent to a missing topic would hold the stream thread for
 * a minute, so it is asked before.
 */
public interface ReplyTopics {

  /**
   * Whether the topic can be written to, perhaps as of some seconds ago.
   *
   * @throws org.apache.kafka.common.errors.RetriableException if Kafka does not say
   */
  boolean usable(String topic);

  /** Notes that a write failed: the topic is not usable for a while. */
  void failed(String topic);
}
