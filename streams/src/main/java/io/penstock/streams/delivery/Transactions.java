package io.penstock.streams.delivery;

import io.penstock.schemas.DeadLetter;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Writes copies, dead letters and positions together. */
interface Transactions {

  /** A copy that its topic did not take. */
  record Failed(Copy copy, Trouble trouble) {}

  /**
   * Writes all of it, or nothing.
   *
   * @return the copies at fault if nothing was written; empty if all was
   * @throws org.apache.kafka.common.KafkaException if nothing was written and no copy is at fault
   */
  List<Failed> write(
      List<Copy> copies,
      List<DeadLetter> letters,
      Map<TopicPartition, OffsetAndMetadata> positions);
}
