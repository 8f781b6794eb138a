package io.penstock.streams.dispatch.topology;

import io.penstock.schemas.InferenceResult;
import org.apache.kafka.common.serialization.Serializer;

/**
 * A result and the topic it goes to.
 *
 * @param topic an existing topic
 */
record Addressed(String topic, InferenceResult result) {

  static Serializer<Addressed> serializer(Serializer<InferenceResult> results) {
    return (topic, addressed) -> results.serialize(topic, addressed.result());
  }
}
