package io.penstock.streams.dispatch.topology;

import static io.penstock.streams.dispatch.Samples.START;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.CommandKind;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchSession;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.fuzz.FuzzedEntries;
import io.penstock.schemas.fuzz.FuzzedRecords;
import io.penstock.schemas.fuzz.FuzzedText;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.dispatch.DispatchConfig;
import io.penstock.streams.dispatch.Samples;
import io.penstock.streams.dispatch.shard.ShardRules;
import io.penstock.streams.runtime.BatchEnd;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The door of the topics that dispatch reads. Whatever stands there, nothing is thrown, each
 * request that is taken has exactly one result in the end, and the next request is served.
 */
public final class DispatchFuzz {

  private static final String SCOPE = "dispatch-fuzz";
  private static final TopicNames NAMES = TopicNames.DEFAULT;
  private static final String NEXT = "next-5f7a";
  private static final String WORKER = "w";

  /** More turns than any lease, pause or backoff of the default settings lasts. */
  private static final int MOST_TURNS = 400;

  private static final int LONGEST_MESSAGE = 10_000;
  private static final Instant END_OF_TIME = Instant.parse("2201-01-01T00:00:00Z");

  private static final AvroSerdes SERDES = new AvroSerdes("mock://" + SCOPE);
  private static final FuzzedRecords RECORDS = new FuzzedRecords(SCOPE);
  private static final Serde<DispatchEntry> ENTRIES = SERDES.serde(DispatchEntry.class);
  private static final Serde<DispatchFinished> FINISHED = SERDES.serde(DispatchFinished.class);
  private static final Serde<DispatchSession> SESSIONS = SERDES.serde(DispatchSession.class);
  private static final Map<Class<?>, Serializer<?>> SERIALIZERS = new HashMap<>();

  private final MockProcessorContext<String, Object> context = new MockProcessorContext<>();
  private final List<Object> written = new ArrayList<>();
  private final Set<String> taken = new HashSet<>();
  private final Map<String, List<InferenceResult>> results = new HashMap<>();
  private final DispatchParts parts;
  private final DispatchProcessor processor;
  private Instant now = START;
  private long offset;
  private long sequence;
  private long received;
  private boolean meddled;

  private DispatchFuzz() {
    parts =
        new DispatchParts(
            DispatchConfig.DEFAULT,
            ShardRules.of(DispatchConfig.DEFAULT.shard()),
            TopicSettings.DEFAULT,
            SERDES,
            BatchEnd.NEVER,
            () -> now,
            new SimpleMeterRegistry(),
            () -> false);
    store(Stores.REQUESTS, ENTRIES);
    store(Stores.FINISHED, FINISHED);
    store(Stores.SESSIONS, SESSIONS);
    processor = new DispatchProcessor(parts);
    processor.init(context);
  }

  private <T extends SpecificRecord> void store(String name, Serde<T> values) {
    KeyValueStore<String, T> store =
        org.apache.kafka.streams.state.Stores.keyValueStoreBuilder(
                org.apache.kafka.streams.state.Stores.inMemoryKeyValueStore(name),
                Serdes.String(),
                values)
            .withLoggingDisabled()
            .build();
    store.init(context.getStateStoreContext(), store);
    context.addStateStore(store);
  }

  /** One input of the fuzzer. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    DispatchFuzz fuzz = new DispatchFuzz();
    for (int i = data.consumeInt(1, 5); i > 0; i--) {
      fuzz.step(data);
    }
    fuzz.nextIsServed();
    fuzz.allEndOnce();
  }

  private void step(FuzzedDataProvider data) {
    switch (data.consumeInt(0, 10)) {
      case 0, 1 -> {
        ServiceClass serviceClass = data.pickValue(ServiceClass.values());
        work(serviceClass, RECORDS.like(Samples.scored(Samples.facts("a")).build(), data));
      }
      case 2 -> {
        meddled = true;
        record(NAMES.demand(), WORKER, RECORDS.like(demand(), data));
      }
      case 3 -> record(NAMES.outcomes(), "a", RECORDS.like(outcome(data), data));
      case 4 -> {
        meddled = true;
        record(NAMES.control(), "a", RECORDS.like(command(data), data));
      }
      case 5 -> record(NAMES.cancellations(), "a", RECORDS.like(command(data), data));
      case 6 -> transfer(RECORDS.like(transferred(), data));
      case 7 -> {
        byte[] bytes = RECORDS.of(FleetReport.getClassSchema(), data);
        follow(FuzzedText.of(data), bytes, FleetReport.class, parts.followed()::report);
      }
      case 8 -> {
        RoutingEntry entry = FuzzedEntries.of(data);
        byte[] bytes = RECORDS.like(entry, data);
        follow(FuzzedEntries.key(entry), bytes, RoutingEntry.class, parts.followed()::entry);
      }
      case 9 -> {
        byte[] bytes = RECORDS.like(model(), data);
        follow(Samples.MODEL, bytes, ModelSpec.class, parts.followed()::model);
      }
      default -> turn(Duration.ofMillis(data.consumeInt(0, 100_000)));
    }
  }

  private io.penstock.schemas.WorkerDemand demand() {
    return Samples.demand(WORKER, "s1", sequence++, received + 4, received, now).build();
  }

  private AttemptOutcome outcome(FuzzedDataProvider data) {
    return data.consumeBoolean()
        ? Samples.success("a", 1, "s1", now)
        : Samples.failure("a", 1, "s1", data.pickValue(FailureCategory.values()), now);
  }

  private ControlCommand command(FuzzedDataProvider data) {
    return ControlCommand.newBuilder()
        .setKind(data.pickValue(CommandKind.values()))
        .setRequestId("a")
        .setTenant("tenant")
        .setWorkerId("other")
        .setServiceClass(ServiceClass.BATCH)
        .setIssuedAt(now)
        .build();
  }

  private DispatchTransfer transferred() {
    return DispatchTransfer.newBuilder()
        .setEntry(
            DispatchEntry.newBuilder()
                .setFacts(Samples.facts("t"))
                .setPayloadClass(ServiceClass.STANDARD)
                .setPayloadOffset(7)
                .setQueuedAt(now)
                .setAttempts(0)
                .setFailures(0)
                .setOverloads(0)
                .build())
        .setFromPartition(1)
        .setReason("moved")
        .setMovedAt(now)
        .build();
  }

  private static ModelSpec model() {
    return ModelSpec.newBuilder()
        .setName(Samples.MODEL)
        .setEndpoints(List.of("/v1/chat/completions"))
        .setContextWindow(4_096)
        .setMaxOutputTokens(1_024)
        .setUpdatedAt(START)
        .build();
  }

  private <T extends SpecificRecord> void follow(
      String key, byte[] bytes, Class<T> type, BiConsumer<String, @Nullable T> follower) {
    try {
      follower.accept(key, SERDES.deserializer(type).deserialize("followed", bytes));
      meddled = true;
    } catch (MalformedRecordException | IllegalArgumentException refused) {
      assertThat(refused.getMessage()).isNotBlank().hasSizeLessThan(LONGEST_MESSAGE);
    }
  }

  private void work(ServiceClass serviceClass, byte[] bytes) {
    int before = written.size();
    record(NAMES.work(serviceClass), "a", bytes);
    List<DeadLetter> letters = since(before, DeadLetter.class);
    if (letters.isEmpty()) {
      ScoredFacts facts = SERDES.deserializer(ScoredFacts.class).deserialize("work", bytes);
      taken.add(RequestKey.of(facts.getTenant(), facts.getId()));
    }
  }

  private void transfer(byte[] bytes) {
    int before = written.size();
    record(NAMES.transfers(), "t", bytes);
    if (since(before, DeadLetter.class).isEmpty()) {
      ScoredFacts facts =
          SERDES
              .deserializer(DispatchTransfer.class)
              .deserialize("transfers", bytes)
              .getEntry()
              .getFacts();
      taken.add(RequestKey.of(facts.getTenant(), facts.getId()));
    }
  }

  private void record(String topic, @Nullable String key, byte @Nullable [] value) {
    context.setRecordMetadata(topic, 0, offset++);
    processor.process(
        new Record<>(
            key,
            value,
            now.toEpochMilli(),
            new RecordHeaders().add("traceparent", "00-bad\n".getBytes(StandardCharsets.UTF_8))));
    collect();
  }

  private void turn(Duration time) {
    now = now.plus(time);
    context
        .scheduledPunctuators()
        .forEach(each -> each.getPunctuator().punctuate(now.toEpochMilli()));
    collect();
  }

  private void collect() {
    for (MockProcessorContext.CapturedForward<? extends String, ?> each : context.forwarded()) {
      written.add(each.record().value());
      switch (each.record().value()) {
        case InferenceResult result ->
            results
                .computeIfAbsent(
                    RequestKey.of(result.getTenant(), result.getId()), key -> new ArrayList<>())
                .add(result);
        case DeadLetter letter ->
            assertThat(letter.getFailure().getMessage())
                .isNotBlank()
                .hasSizeLessThan(LONGEST_MESSAGE);
        case null, default -> {}
      }
      // What is written must be readable, as the sinks write it.
      if (each.record().value() instanceof SpecificRecord record) {
        bytes(record);
      }
    }
    context.resetForwards();
  }

  /** A serializer of any type is made once: making one takes longer than an input. */
  @SuppressWarnings("unchecked")
  private static <T extends SpecificRecord> byte[] bytes(T record) {
    Serializer<T> serializer =
        (Serializer<T>)
            SERIALIZERS.computeIfAbsent(
                record.getClass(),
                type -> SERDES.serializer(type.asSubclass(SpecificRecord.class)));
    return serializer.serialize("fuzz", record);
  }

  private <T> List<T> since(int index, Class<T> type) {
    return written.subList(index, written.size()).stream()
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  /** A worker answers all that it is given, until the next request has its result. */
  private void nextIsServed() {
    byte[] good =
        bytes(
            Samples.scored(
                    Samples.facts(NEXT, ServiceClass.INTERACTIVE, now, Duration.ofMinutes(30)))
                .build());
    work(ServiceClass.INTERACTIVE, good);
    String key = RequestKey.of("tenant", NEXT);
    assertThat(taken).contains(key);
    for (int turns = 0; !results.containsKey(key); turns++) {
      assertThat(turns).as("the turns until the next request was served").isLessThan(MOST_TURNS);
      serve();
      turn(Duration.ofSeconds(10));
    }
    if (!meddled) {
      assertThat(results.get(key).getFirst().getStatus()).isEqualTo(TerminalStatus.SUCCEEDED);
    }
  }

  private void serve() {
    int before = written.size();
    byte[] demand =
        bytes(Samples.demand(WORKER, "s-good", sequence++, received + 4, received, now).build());
    record(NAMES.demand(), WORKER, demand);
    for (Lease lease : since(before, Lease.class)) {
      if (lease.getAction() == LeaseAction.GRANT && lease.getSession().equals("s-good")) {
        received++;
        AttemptOutcome success =
            AttemptOutcome.newBuilder(
                    Samples.success(lease.getRequestId(), lease.getAttempt(), "s-good", now))
                .setTenant(lease.getTenant())
                .build();
        record(NAMES.outcomes(), lease.getRequestId(), bytes(success));
      }
    }
  }

  /** Beyond all deadlines, each request that was taken has one result and no more. */
  private void allEndOnce() {
    now = END_OF_TIME;
    for (int i = 0; i < 5; i++) {
      turn(Duration.ofMinutes(1));
    }
    for (String key : taken) {
      assertThat(results.getOrDefault(key, List.of()))
          .filteredOn(result -> result.getRepetition().isEmpty())
          .as("the results of %s", key)
          .hasSize(1);
    }
  }
}
