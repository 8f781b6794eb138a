package io.penstock.streams.delivery;

import java.time.Instant;
import org.apache.kafka.common.TopicPartition;

/**
 * A result that was read and waits for its reply topic, without its payload.
 *
 * @param since when it was held in this process
 */
record Held(TopicPartition partition, long offset, String topic, Instant since) {}
