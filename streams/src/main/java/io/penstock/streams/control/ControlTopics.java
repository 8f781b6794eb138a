package io.penstock.streams.control;

import io.penstock.schemas.Feedback;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import java.util.List;
import org.apache.kafka.common.serialization.Deserializer;

/** The topics that the control loop reads, and how. */
final class ControlTopics {

  private final TopicNames names;
  private final Deserializer<RoutingEntry> routing;
  private final Deserializer<FleetReport> fleet;
  private final Deserializer<ModelSpec> models;
  private final Deserializer<InferenceResult> results;
  private final Deserializer<Feedback> feedback;

  ControlTopics(TopicNames names, AvroSerdes serdes) {
    this.names = names;
    this.routing = serdes.deserializer(RoutingEntry.class);
    this.fleet = serdes.deserializer(FleetReport.class);
    this.models = serdes.deserializer(ModelSpec.class);
    this.results = serdes.deserializer(InferenceResult.class);
    this.feedback = serdes.deserializer(Feedback.class);
  }

  /** Compacted topics, read from their beginning. */
  List<String> tables() {
    return List.of(names.routing(), names.fleet(), names.models());
  }

  /** Topics that grow, read from the time that is needed. */
  List<String> logs() {
    return List.of(names.results(), names.feedback());
  }

  /** Passes a record of a table on. */
  void pass(String topic, String key, byte[] value, Tables tables) {
    if (topic.equals(names.routing())) {
      tables.routing(key, value == null ? null : routing.deserialize(topic, value));
    } else if (topic.equals(names.fleet())) {
      tables.fleet(key, value == null ? null : fleet.deserialize(topic, value));
    } else if (topic.equals(names.models())) {
      tables.model(key, value == null ? null : models.deserialize(topic, value));
    }
  }

  /** Passes a record of a log on. */
  void pass(String topic, byte[] value, Controller controller) {
    if (topic.equals(names.results())) {
      controller.result(results.deserialize(topic, value));
    } else if (topic.equals(names.feedback())) {
      controller.feedback(feedback.deserialize(topic, value));
    }
  }
}
