package io.penstock.streams.dispatch.topology;

import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchSession;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.reading.FollowedTopic;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.text.Printable;
import io.penstock.schemas.topics.HomePartitions;
import io.penstock.schemas.topics.ModelPartitions;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.runtime.GlobalTable;
import io.penstock.streams.runtime.RegistryPatience;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dispatch job: one sub-topology over work, demand, outcomes and commands, so that one task
 * holds everything of one model partition.
 */
public final class DispatchTopology {

  private static final Logger LOG = LoggerFactory.getLogger(DispatchTopology.class);
  private static final String DISPATCH = "dispatch";

  /** The names of its stores. */
  public static final List<String> STORES =
      List.of(Stores.REQUESTS, Stores.FINISHED, Stores.SESSIONS);

  private DispatchTopology() {}

  /** The topics of which a task reads the partitions of one number. */
  public static List<String> sources(TopicNames names) {
    return List.of(
        names.outcomes(),
        names.demand(),
        names.control(),
        names.cancellations(),
        names.transfers(),
        names.work(ServiceClass.INTERACTIVE),
        names.work(ServiceClass.STANDARD),
        names.work(ServiceClass.BATCH));
  }

  /** Builds it. The topics must exist, the sources with equal partition counts. */
  public static Topology build(DispatchParts parts) {
    TopicNames names = parts.topics().names();
    Topology topology = new Topology();
    source(topology, Urgency.OUTCOMES, names.outcomes());
    source(topology, Urgency.DEMAND, names.demand());
    source(topology, Urgency.CONTROL, names.control());
    source(topology, Urgency.CANCELLATIONS, names.cancellations());
    source(topology, Urgency.TRANSFERS, names.transfers());
    source(topology, Urgency.INTERACTIVE, names.work(ServiceClass.INTERACTIVE));
    source(topology, Urgency.STANDARD, names.work(ServiceClass.STANDARD));
    source(topology, Urgency.BATCH, names.work(ServiceClass.BATCH));
    topology.addProcessor(
        DISPATCH, () -> new DispatchProcessor(parts), sources(names).toArray(String[]::new));
    addStores(topology, parts.serdes());
    addSinks(topology, names, parts.serdes());
    follow(topology, parts);
    return topology;
  }

  private static void source(Topology topology, Urgency urgency, String topic) {
    topology.addSource(
        AutoOffsetReset.earliest(),
        topic,
        urgency,
        new StringDeserializer(),
        new ByteArrayDeserializer(),
        topic);
  }

  private static void addStores(Topology topology, AvroSerdes serdes) {
    topology.addStateStore(
        store(persistent(Stores.REQUESTS), DispatchEntry.class, serdes), DISPATCH);
    topology.addStateStore(
        store(persistent(Stores.FINISHED), DispatchFinished.class, serdes), DISPATCH);
    topology.addStateStore(
        store(
            org.apache.kafka.streams.state.Stores.inMemoryKeyValueStore(Stores.SESSIONS),
            DispatchSession.class,
            serdes),
        DISPATCH);
  }

  private static KeyValueBytesStoreSupplier persistent(String name) {
    return org.apache.kafka.streams.state.Stores.persistentKeyValueStore(name);
  }

  private static <T extends SpecificRecord> StoreBuilder<KeyValueStore<String, T>> store(
      KeyValueBytesStoreSupplier supplier, Class<T> type, AvroSerdes serdes) {
    return org.apache.kafka.streams.state.Stores.keyValueStoreBuilder(
        supplier, Serdes.String(), serdes.serde(type));
  }

  private static void addSinks(Topology topology, TopicNames names, AvroSerdes serdes) {
    StringSerializer keys = new StringSerializer();
    StreamPartitioner<String, Lease> byWorker =
        (topic, workerId, lease, count) ->
            Optional.of(Set.of(ModelPartitions.ofWorker(workerId, count)));
    StreamPartitioner<String, Handed> toItsShard =
        (topic, id, handed, count) -> Optional.of(Set.of(handed.partition()));
    StreamPartitioner<String, InferenceResult> homeOfResult =
        (topic, id, result, count) -> home(result.getReplyKey(), result.getId(), count);
    StreamPartitioner<String, RequestStatus> homeOfStatus =
        (topic, key, status, count) -> home(status.getReplyKey(), status.getId(), count);
    topology
        .addSink(
            Outputs.LEASES,
            names.leases(),
            keys,
            serdes.serializer(Lease.class),
            byWorker,
            DISPATCH)
        .addSink(
            Outputs.RESULTS,
            names.results(),
            keys,
            serdes.serializer(InferenceResult.class),
            homeOfResult,
            DISPATCH)
        .addSink(
            Outputs.LIFECYCLE,
            names.lifecycle(),
            keys,
            serdes.serializer(RequestStatus.class),
            homeOfStatus,
            DISPATCH)
        .addSink(
            Outputs.DEAD_LETTERS,
            names.deadLetters(),
            keys,
            serdes.serializer(DeadLetter.class),
            DISPATCH)
        .addSink(
            Outputs.TRANSFERS,
            names.transfers(),
            keys,
            Handed.serializer(serdes.serializer(DispatchTransfer.class)),
            toItsShard,
            DISPATCH)
        .addSink(
            Outputs.FLEET, names.fleet(), keys, serdes.serializer(FleetReport.class), DISPATCH);
  }

  private static Optional<Set<Integer>> home(Optional<String> replyKey, String id, int count) {
    return Optional.of(Set.of(HomePartitions.of(replyKey, id, count)));
  }

  /** The topics that every instance reads in full. */
  private static void follow(Topology topology, DispatchParts parts) {
    TopicNames names = parts.topics().names();
    follow(topology, parts, names.fleet(), FleetReport.class, parts.followed()::report);
    follow(topology, parts, names.routing(), RoutingEntry.class, parts.followed()::entry);
    follow(topology, parts, names.models(), ModelSpec.class, parts.followed()::model);
  }

  private static <T extends SpecificRecord> void follow(
      Topology topology,
      DispatchParts parts,
      String topic,
      Class<T> type,
      BiConsumer<String, @Nullable T> follower) {
    FollowedTopic<T> followed =
        new FollowedTopic<>(
            topic,
            new RegistryPatience(
                    RegistryPatience.WITHOUT_END, Thread::sleep, parts.stopping(), () -> {})
                .reading(parts.serdes().deserializer(type)),
            follower,
            (key, why) -> {
              LOG.warn(
                  "{} in {} cannot be read and is ignored: {}",
                  Printable.brief(key),
                  topic,
                  Printable.brief(why));
              parts.counters().unreadable(topic);
            });
    GlobalTable.add(followed, topology, (record, partitionTime) -> Math.max(0, record.timestamp()));
  }
}
