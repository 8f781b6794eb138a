package io.penstock.streams.dispatch.topology;

import io.penstock.schemas.DispatchTransfer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * A transfer and the shard it goes to.
 *
 * @param partition an existing partition of the transfers topic
 */
record Handed(DispatchTransfer transfer, int partition) {

  static Serializer<Handed> serializer(Serializer<DispatchTransfer> transfers) {
    return (topic, handed) -> transfers.serialize(topic, handed.transfer());
  }
}
