package io.penstock.streams.delivery;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.routing.DefaultReplyTopics;
import io.penstock.schemas.routing.ReplyTopicRule;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** A results topic, reply topics that may fail, and a clock, without Kafka. */
final class DeliveryWorld {

  static final TopicPartition RESULTS = new TopicPartition(TopicNames.DEFAULT.results(), 0);

  /** What a send to a topic that does not answer takes, with the abort after it. */
  static final Duration UNANSWERED = Duration.ofSeconds(3);

  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final Map<String, Trouble> troubles = new HashMap<>();
  final Map<String, Integer> limits = new HashMap<>();
  final Map<String, List<String>> copied = new HashMap<>();
  final List<DeadLetter> letters = new ArrayList<>();
  final List<ConsumerRecord<byte[], byte[]>> log = new ArrayList<>();
  OffsetAndMetadata committed = new OffsetAndMetadata(0);
  Instant now = Instant.parse("2026-11-01T00:00:00Z");
  long position;
  int rounds;

  /** Whether results are wanted as JSON. */
  boolean json;

  /** Whether results are also copied as JSON to Penstock's own topic. */
  boolean alsoAsJson;

  /** How often delivery stopped for Penstock's own topic. */
  int stops;

  final List<String> values = new ArrayList<>();
  Courier courier;

  private final ReplyTopicStates states = new ReplyTopicStates();
  private final Serializer<InferenceResult> serializer;
  private final Deserializer<InferenceResult> deserializer;

  DeliveryWorld() {
    AvroSerdes serdes = new AvroSerdes("mock://delivery");
    serializer = serdes.serializer(InferenceResult.class);
    deserializer = serdes.deserializer(InferenceResult.class);
    courier = new Courier(parts(), states);
  }

  private Courier.Parts parts() {
    return new Courier.Parts(
        DeliveryConfig.DEFAULT,
        new ReplyTopicRule(TopicNames.DEFAULT, DefaultReplyTopics.STANDARD),
        () -> RoutingState.EMPTY,
        deserializer,
        new FakeTopics(),
        this::write,
        (partition, offset) -> Optional.of(log.get(offset.intValue())),
        partition -> position,
        new DeliveryMetrics(registry, () -> now),
        () -> now);
  }

  /** A process dies, and another takes up what it committed. */
  void restart() {
    position = committed.offset();
    courier = new Courier(parts(), new ReplyTopicStates());
    courier.restore(RESULTS, committed.offset(), committed.metadata());
  }

  /** Adds a result to the log; its id is its offset. */
  String result(@Nullable String replyTopic, int bodyBytes) {
    String id = Integer.toString(log.size());
    add(
        serializer.serialize(
            RESULTS.topic(),
            InferenceResult.newBuilder()
                .setId(id)
                .setTenant("acme")
                .setEndpoint("/v1/embeddings")
                .setStatus(TerminalStatus.SUCCEEDED)
                .setStatusCode(200)
                .setBody(ByteBuffer.wrap(new byte[bodyBytes]))
                .setServiceClass(ServiceClass.STANDARD)
                .setRequestedModel("m")
                .setAttempts(1)
                .setAcceptedAt(now)
                .setFinishedAt(now)
                .setReplyTopic(replyTopic)
                .setResultFormat(json ? ResultFormat.JSON : ResultFormat.AVRO)
                .setAlsoAsJson(alsoAsJson ? true : null)
                .build()));
    return id;
  }

  void add(byte[] value) {
    byte[] key = Integer.toString(log.size()).getBytes(StandardCharsets.UTF_8);
    log.add(new ConsumerRecord<>(RESULTS.topic(), 0, log.size(), key, value));
  }

  /** Settles what is in the log, and retries; begins anew after a stop, as the loop does. */
  void turn() {
    try {
      settle();
    } catch (OwnTopicException e) {
      stops++;
      restart();
    }
  }

  private void settle() {
    List<ConsumerRecord<byte[], byte[]>> fresh =
        List.copyOf(log.subList((int) position, log.size()));
    position = log.size();
    if (!fresh.isEmpty() && !courier.deliver(fresh)) {
      committed = courier.committed(RESULTS);
    }
    courier.retry();
  }

  Deserializer<InferenceResult> reader() {
    return deserializer;
  }

  double failures(Trouble trouble) {
    return registry
        .get("penstock.delivery.failed")
        .tag("reason", trouble.name().toLowerCase(Locale.ROOT))
        .counter()
        .count();
  }

  /** The ids of all results that are to be copied to our own topic. */
  List<String> ownWanted() {
    return log.stream()
        .flatMap(record -> Copy.of(record, deserializer).stream())
        .filter(Copy::toOwnTopic)
        .map(Copy::id)
        .toList();
  }

  List<String> copies(String topic) {
    return copied.getOrDefault(topic, List.of());
  }

  private List<Transactions.Failed> write(
      List<Copy> copies, List<DeadLetter> dead, Map<TopicPartition, OffsetAndMetadata> positions) {
    rounds++;
    List<Transactions.Failed> failed = new ArrayList<>();
    for (Copy copy : copies) {
      Trouble trouble = troubles.get(copy.topic());
      if (copy.bytes() > limits.getOrDefault(copy.topic(), Integer.MAX_VALUE)) {
        trouble = Trouble.TOO_LARGE;
      }
      if (trouble != null) {
        failed.add(new Transactions.Failed(copy, trouble));
      }
    }
    if (failed.stream().anyMatch(each -> each.trouble() == Trouble.UNAVAILABLE)) {
      now = now.plus(UNANSWERED);
    }
    if (failed.isEmpty()) {
      copies.forEach(
          copy -> copied.computeIfAbsent(copy.topic(), t -> new ArrayList<>()).add(copy.id()));
      copies.forEach(copy -> values.add(new String(copy.value(), StandardCharsets.UTF_8)));
      letters.addAll(dead);
      committed = positions.get(RESULTS);
    }
    return failed;
  }

  private final class FakeTopics implements Topics {

    @Override
    public Map<String, Presence> look(Set<String> names) {
      Map<String, Presence> found = new HashMap<>();
      names.forEach(
          name ->
              found.put(
                  name, troubles.get(name) == Trouble.MISSING ? Presence.MISSING : Presence.THERE));
      return found;
    }

    @Override
    public void forget(String name) {}
  }
}
