package io.penstock.streams.dispatch.topology;

import io.penstock.schemas.InferenceResult;
import org.apache.kafka.common.serialization.Serializer;

/**
 * A result and the topic it goes to.
 *
 * @param topic an existing topic
 */
record Addressed(String topic, InferenceResult result) {

  /**
   * @param subjectTopic the topic whose registry subject results are written under wherever they
   *     go: a reply topic's own subject is its owner's
   */
  static Serializer<Addressed> serializer(
      Serializer<InferenceResult> results, String subjectTopic) {
    return (topic, addressed) -> results.serialize(subjectTopic, addressed.result());
  }
}
