package io.penstock.streams.control;

import io.penstock.schemas.Feedback;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.reading.FollowedTopic;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.text.Printable;
import io.penstock.schemas.topics.TopicNames;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topics that the control loop reads, and how. */
final class ControlTopics {

  private static final Logger LOG = LoggerFactory.getLogger(ControlTopics.class);

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

  /** Compacted topics, read from their beginning into these tables. */
  List<FollowedTopic<?>> tables(Tables tables) {
    return List.of(
        followed(names.routing(), routing, tables::routing),
        followed(names.fleet(), fleet, tables::fleet),
        followed(names.models(), models, tables::model));
  }

  private static <T extends SpecificRecord> FollowedTopic<T> followed(
      String topic, Deserializer<T> values, BiConsumer<String, @Nullable T> follower) {
    return new FollowedTopic<>(
        topic,
        values,
        follower,
        (key, why) ->
            LOG.warn("Skipped {} of {}: {}", Printable.brief(key), topic, Printable.brief(why)));
  }

  /** Topics that grow, read from the time that is needed. */
  List<String> logs() {
    return List.of(names.results(), names.feedback());
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
