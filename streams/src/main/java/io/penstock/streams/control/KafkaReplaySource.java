package io.penstock.streams.control;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.reading.Partitions;
import io.penstock.schemas.reading.RecordFaults;
import io.penstock.schemas.topics.ModelPartitions;
import io.penstock.schemas.topics.TopicSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the last requests of a model at the ends of the work topics' partitions that are its own.
 * Looks at a bounded part of them, for a bounded time.
 */
final class KafkaReplaySource implements ReplaySource {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaReplaySource.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Records that are read of a partition for each request that is wanted. */
  private static final int RECORDS_EACH = 20;

  private final TopicSettings settings;
  private final Deserializer<ScoredRequest> values;
  private final Supplier<Consumer<String, byte[]>> consumers;

  KafkaReplaySource(
      TopicSettings settings,
      Deserializer<ScoredRequest> values,
      Supplier<Consumer<String, byte[]>> consumers) {
    this.settings = settings;
    this.values = values;
    this.consumers = consumers;
  }

  @Override
  public List<ScoredRequest> last(ModelSpec model, int count, Predicate<ScoredRequest> wanted) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (ServiceClass serviceClass : ServiceClass.values()) {
      for (int partition : ModelPartitions.of(model, settings.modelPartitions())) {
        partitions.add(new TopicPartition(settings.names().work(serviceClass), partition));
      }
    }
    // A request that is moved is written again, so each id is kept once.
    Map<String, ScoredRequest> found = new LinkedHashMap<>();
    try (Consumer<String, byte[]> consumer = consumers.get()) {
      read(consumer, partitions, (long) count * RECORDS_EACH, wanted, found);
    }
    List<ScoredRequest> latest =
        found.values().stream().sorted(Comparator.comparing(ScoredRequest::getAcceptedAt)).toList();
    return latest.subList(Math.max(0, latest.size() - count), latest.size());
  }

  private void read(
      Consumer<String, byte[]> consumer,
      List<TopicPartition> partitions,
      long window,
      Predicate<ScoredRequest> wanted,
      Map<String, ScoredRequest> found) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    consumer.assign(partitions);
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions, PATIENCE);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, PATIENCE);
    partitions.forEach(
        each -> consumer.seek(each, Math.max(begins.get(each), ends.get(each) - window)));
    while (System.nanoTime() < until && !Partitions.reached(consumer, ends)) {
      for (ConsumerRecord<String, byte[]> each : consumer.poll(POLL)) {
        if (each.value() == null) {
          continue;
        }
        RecordFaults.guard(
            () -> {
              ScoredRequest request = values.deserialize(each.topic(), each.value());
              if (wanted.test(request)) {
                found.put(request.getId(), request);
              }
            },
            fault -> LOG.debug("Skipped {}@{}: {}", each.topic(), each.offset(), fault.toString()));
      }
    }
  }
}
