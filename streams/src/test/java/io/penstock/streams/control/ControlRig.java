package io.penstock.streams.control;

import static io.penstock.streams.control.ControlSamples.NOW;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingKind;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.runtime.JobWatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** A leader on topics in memory, on a clock that a test advances. */
final class ControlRig implements AutoCloseable {

  final TopicNames names = TopicNames.DEFAULT;
  final AvroSerdes serdes = new AvroSerdes("mock://control-rig");
  final Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> log = new HashMap<>();
  final List<InferenceRequest> asked = new ArrayList<>();
  final List<ModelSpec> applied = new ArrayList<>();
  final List<ScoredRequest> logged = new ArrayList<>();
  Instant now = NOW;
  int writersOpened;
  boolean overtakeNext;
  private @Nullable MemoryConsumer consumer;
  private @Nullable ControlReader reader;
  private @Nullable Controller controller;
  private @Nullable Execution execution;

  /** Reads what the rig's log has, as it grows. */
  private final class MemoryConsumer extends MockConsumer<String, byte[]> {

    private final Map<TopicPartition, Integer> given = new HashMap<>();

    MemoryConsumer() {
      super("earliest");
    }

    /** Hands over what is new, and says where topics end. */
    void refresh() {
      Map<TopicPartition, Long> ends = new HashMap<>();
      for (TopicPartition partition : assignment()) {
        List<ConsumerRecord<String, byte[]>> records = log.getOrDefault(partition, List.of());
        ends.put(partition, (long) records.size());
        int from = given.getOrDefault(partition, 0);
        for (int i = from; i < records.size(); i++) {
          addRecord(records.get(i));
        }
        given.put(partition, records.size());
      }
      updateEndOffsets(ends);
    }

    @Override
    public synchronized Map<TopicPartition, Long> endOffsets(
        java.util.Collection<TopicPartition> partitions, java.time.Duration timeout) {
      refresh();
      return super.endOffsets(partitions, timeout);
    }

    @Override
    public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
        Map<TopicPartition, Long> times, java.time.Duration timeout) {
      Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
      times.forEach(
          (partition, time) ->
              log.getOrDefault(partition, List.of()).stream()
                  .filter(record -> record.timestamp() >= time)
                  .findFirst()
                  .ifPresent(
                      record ->
                          found.put(
                              partition,
                              new OffsetAndTimestamp(record.offset(), record.timestamp()))));
      given.keySet().removeIf(times::containsKey);
      return found;
    }
  }

  private final class MemoryWriter implements ControlWriter {

    MemoryWriter() {
      writersOpened++;
    }

    @Override
    public void write(
        Map<String, @Nullable RoutingEntry> entries, List<InferenceRequest> requests) {
      if (overtakeNext) {
        overtakeNext = false;
        throw new Overtaken(new IllegalStateException("test"));
      }
      entries.forEach((key, entry) -> append(names.routing(), key, entry));
      asked.addAll(requests);
    }

    @Override
    public void close() {}
  }

  <T extends SpecificRecord> void append(String topic, String key, @Nullable T value) {
    TopicPartition partition = new TopicPartition(topic, 0);
    List<ConsumerRecord<String, byte[]>> records =
        log.computeIfAbsent(partition, each -> new ArrayList<>());
    byte[] bytes = null;
    if (value != null) {
      @SuppressWarnings("unchecked")
      Class<T> type = (Class<T>) value.getClass();
      bytes = serdes.serializer(type).serialize(topic, value);
    }
    records.add(
        new ConsumerRecord<>(
            topic,
            0,
            records.size(),
            now.toEpochMilli(),
            org.apache.kafka.common.record.TimestampType.LOG_APPEND_TIME,
            0,
            0,
            key,
            bytes,
            new org.apache.kafka.common.header.internals.RecordHeaders(),
            java.util.Optional.empty()));
  }

  /** A person writes a document. */
  void write(RoutingDocument document) {
    append(
        names.routing(),
        RoutingKind.of(document).key(document.name()),
        RoutingCodec.entry(document, 1, "ann", null, now));
  }

  /** Takes the lead, having none or after a restart. */
  void lead() {
    close();
    MemoryConsumer memory = new MemoryConsumer();
    ControlTopics topics = new ControlTopics(names, serdes);
    Tables tables = new Tables();
    List<String> all = new ArrayList<>(topics.logs());
    topics.tables(tables).forEach(table -> all.add(table.topic()));
    Map<TopicPartition, Long> begins = new HashMap<>();
    for (String topic : all) {
      Node[] nodes = {};
      memory.updatePartitions(
          topic, List.of(new PartitionInfo(topic, 0, Node.noNode(), nodes, nodes)));
      begins.put(new TopicPartition(topic, 0), 0L);
    }
    memory.updateBeginningOffsets(begins);
    Map<TopicPartition, Long> ends = new HashMap<>(begins);
    log.forEach((partition, records) -> ends.put(partition, (long) records.size()));
    memory.updateEndOffsets(ends);
    ControlReader reading = new ControlReader(memory, topics, tables);
    Controller controlling =
        new Controller(ControlConfig.DEFAULT, tables, (model, count, wanted) -> logged, 1);
    ControlLoop.Parts parts =
        new ControlLoop.Parts(
            ControlConfig.DEFAULT,
            names.routing(),
            MemoryConsumer::new,
            each -> reading,
            MemoryWriter::new,
            (model, count, wanted) -> logged,
            1,
            model -> {
              applied.add(model);
              append(names.models(), model.getName(), model);
            },
            new ControlMetrics(new SimpleMeterRegistry()),
            JobWatch.ofLoop("control", "failures", new SimpleMeterRegistry(), System::nanoTime),
            () -> now);
    Execution executing = new Execution(parts, controlling, reading);
    consumer = memory;
    reader = reading;
    controller = controlling;
    execution = executing;
    reading.open();
    executing.replay(now);
    turn();
  }

  /** Reads what there is. */
  void turn() {
    MemoryConsumer memory = java.util.Objects.requireNonNull(consumer);
    ControlReader reading = java.util.Objects.requireNonNull(reader);
    memory.refresh();
    reading.turn(java.util.Objects.requireNonNull(controller), java.time.Duration.ZERO);
  }

  /** Lets seconds pass, with a decision in each. */
  void seconds(int count) {
    for (int i = 0; i < count; i++) {
      now = now.plusSeconds(1);
      turn();
      java.util.Objects.requireNonNull(execution).step(now);
    }
  }

  RoutingState routing() {
    return java.util.Objects.requireNonNull(controller).tables().routing();
  }

  @Override
  public void close() {
    if (execution != null) {
      execution.close();
    }
    if (reader != null) {
      reader.close();
    }
  }
}
