package io.penstock.streams.score;

import io.penstock.schemas.FleetReport;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.reading.FollowedTopic;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.runtime.GlobalTable;
import io.penstock.streams.score.identity.FirstDecisions;
import io.penstock.streams.score.view.FollowedViews;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;

/**
 * Scoring of one class: requests come in as bytes, so that no record can fail before it reaches the
 * processor; everything goes out as bytes, so that none can fail after it.
 */
final class ScoreTopology {

  private static final String SOURCE = "requests";
  private static final String SCORE = "score";

  private ScoreTopology() {}

  static Topology of(ServiceClass serviceClass, ScoreParts parts) {
    TopicNames topics = parts.settings().names();
    Topology topology = new Topology();
    addViews(topology, topics, parts);
    topology.addSource(
        AutoOffsetReset.earliest(),
        SOURCE,
        new AcceptanceTime(parts.clock()),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        topics.requests(serviceClass));
    topology.addProcessor(SCORE, () -> new ScoreProcessor(serviceClass, parts), SOURCE);
    topology.addStateStore(FirstDecisions.builder(parts.settings().idRetention()), SCORE);

    Serializer<String> key = new StringSerializer();
    Serializer<Outgoing> value = Outgoing.serializer();
    String work = topics.work(serviceClass);
    topology.addSink(ScoreOutput.WORK, work, key, value, Outgoing.partitioner(), SCORE);
    topology.addSink(
        ScoreOutput.RESULTS, topics.results(), key, value, Outgoing.partitioner(), SCORE);
    topology.addSink(
        ScoreOutput.LIFECYCLE, topics.lifecycle(), key, value, Outgoing.partitioner(), SCORE);
    topology.addSink(ScoreOutput.DEAD_LETTERS, topics.deadLetters(), key, value, SCORE);
    String requests = topics.requests(serviceClass);
    topology.addSink(ScoreOutput.REQUESTS, requests, key, value, Outgoing.partitioner(), SCORE);
    return topology;
  }

  /** Topics read to their ends before the first request, by every instance in full. */
  private static void addViews(Topology topology, TopicNames topics, ScoreParts parts) {
    FollowedViews views = parts.views();
    AcceptanceTime time = new AcceptanceTime(parts.clock());
    List<FollowedTopic<?>> followed =
        List.of(
            new FollowedTopic<>(
                topics.models(),
                patient(ModelSpec.class, parts),
                views.models()::follow,
                views.models()::ignore),
            new FollowedTopic<>(
                topics.routing(),
                patient(RoutingEntry.class, parts),
                views.routing()::follow,
                views.routing()::ignore),
            new FollowedTopic<>(
                topics.fleet(),
                patient(FleetReport.class, parts),
                views.fleet()::follow,
                views.fleet()::ignore));
    followed.forEach(each -> GlobalTable.add(each, topology, time));
  }

  /** Waits for the registry as long as it takes: the global thread cannot be replaced. */
  private static <T extends SpecificRecord> Deserializer<T> patient(
      Class<T> type, ScoreParts parts) {
    return parts.followPatience().reading(parts.serdes().deserializer(type));
  }
}
