package io.penstock.workers.payload;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** How the read of one payload ended. */
public sealed interface PayloadRead {

  record Found(ConsumerRecord<String, byte[]> record) implements PayloadRead {}

  /** There is no such record any more, or it was never committed. */
  record Gone(String why) implements PayloadRead {}

  /** It could not be read now. */
  record Unavailable(String why) implements PayloadRead {}
}
