package io.penstock.streams.score;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.topics.TopicNames;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;

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
    addModels(topology, topics, parts);
    topology.addSource(
        AutoOffsetReset.earliest(),
        SOURCE,
        new AcceptanceTime(parts.clock()),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        topics.requests(serviceClass));
    topology.addProcessor(SCORE, () -> new ScoreProcessor(serviceClass, parts), SOURCE);
    topology.addStateStore(FirstDecisions.builder(parts.settings().resultRetention()), SCORE);

    Serializer<String> key = new StringSerializer();
    Serializer<Outgoing> value = Outgoing.serializer();
    String work = topics.work(serviceClass);
    topology.addSink(ScoreProcessor.WORK, work, key, value, Outgoing.partitioner(), SCORE);
    topology.addSink(ScoreProcessor.RESULTS, Outgoing.topicName(), key, value, SCORE);
    topology.addSink(ScoreProcessor.LIFECYCLE, topics.lifecycle(), key, value, SCORE);
    topology.addSink(ScoreProcessor.DEAD_LETTERS, topics.deadLetters(), key, value, SCORE);
    return topology;
  }

  /** The models topic, read to its end before the first request, by every instance in full. */
  private static void addModels(Topology topology, TopicNames topics, ScoreParts parts) {
    Deserializer<ModelSpec> specs = parts.serdes().deserializer(ModelSpec.class);
    topology.addGlobalStore(
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(ModelsProcessor.STORE),
                Serdes.Bytes(),
                Serdes.ByteArray())
            .withLoggingDisabled(),
        "models-source",
        new AcceptanceTime(parts.clock()),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        topics.models(),
        "models-view",
        () -> new ModelsProcessor(specs, parts.modelPatience(), parts.models()));
  }
}
