package io.penstock.workers.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.OutcomeKind;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.fuzz.FuzzedRecords;
import io.penstock.schemas.fuzz.FuzzedText;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.workers.capacity.CapacityPolicy;
import io.penstock.workers.capacity.EnginePause;
import io.penstock.workers.capacity.EngineReading;
import io.penstock.workers.capacity.GpuLimits;
import io.penstock.workers.capacity.GpuReading;
import io.penstock.workers.capacity.ObservedSpeed;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.models.ServedModels;
import io.penstock.workers.payload.PayloadReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The door of the topics that a worker reads: leases, cancellations and drains, the payloads at
 * which leases point, and the models. Each lease that is taken on has one outcome, unless its
 * session ends before; a bad record harms no other, and the next good lease is served.
 */
public final class LeasesFuzz implements LeaseActions.EngineFeedback {

  private static final String SCOPE = "leases-fuzz";
  private static final TopicNames NAMES = TopicNames.DEFAULT;
  private static final String WORKER = "w1";
  private static final String MODEL = "m";
  private static final String NEXT = "next-5f7a";
  private static final int PARTITION = 2;
  private static final int SLOTS = 3;
  private static final int MAX_ANSWER = 100;

  /** Farther apart than the reader reads on for. */
  private static final int FAR = 1_000;

  private static final int LONGEST_MESSAGE = 2_000;
  private static final TopicPartition LEASES = new TopicPartition(NAMES.leases(), 0);
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private static final AvroSerdes SERDES = new AvroSerdes("mock://" + SCOPE);
  private static final FuzzedRecords RECORDS = new FuzzedRecords(SCOPE);

  /** Refuses what Kafka's own consumer refuses. */
  private static final class Log extends MockConsumer<String, byte[]> {

    Log() {
      super("none");
    }

    @Override
    public synchronized void seek(TopicPartition partition, long offset) {
      if (offset < 0) {
        throw new IllegalArgumentException("seek offset must not be a negative number");
      }
      super.seek(partition, offset);
    }

    @Override
    public synchronized void assign(Collection<TopicPartition> partitions) {
      super.assign(partitions);
      updateBeginningOffsets(partitions.stream().collect(Collectors.toMap(each -> each, _ -> 0L)));
    }
  }

  private final Log leaseLog = new Log();
  private final Log payloadLog = new Log();
  private final PayloadReader payloadReader =
      new PayloadReader(Duration.ofSeconds(10), () -> this.now);
  private final LeaseManager manager;
  private final LeaseReader leases;
  private final List<AttemptOutcome> outcomes = new ArrayList<>();
  private final Set<Attempt> running = new LinkedHashSet<>();
  private final List<Attempt> taken = new ArrayList<>();
  private Instant now = START;
  private byte @Nullable [] payload;
  private int sessions;
  private long leaseOffset;
  private long payloadOffset;
  private int asked;
  private int ignored;
  private int abandoned;
  private int expected;
  private boolean paused;

  private LeasesFuzz() {
    Payloads payloads =
        new Payloads(
            payloadReader,
            SERDES.deserializer(ScoredRequest.class),
            "/v1/embeddings"::equals,
            NAMES,
            () -> now);
    manager =
        new LeaseManager(
            new WorkerIdentity(WORKER, "host", "fake/1", SLOTS),
            new LeaseTiming(
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                Duration.ofMinutes(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(30)),
            MAX_ANSWER,
            new LeaseActions(
                (attempt, events) -> {
                  taken.add(attempt);
                  payloads.read(attempt, events);
                  asked++;
                },
                this::run,
                sent -> outcomes.add(sent.outcome()),
                () -> {},
                _ -> ignored++,
                this),
            () -> "session-" + ++sessions,
            now);
    leases =
        new LeaseReader(
            WORKER,
            LEASES,
            SERDES.deserializer(Lease.class),
            manager,
            _ -> expected++,
            () -> {},
            () -> now);
    leaseLog.updateEndOffsets(Map.of(LEASES, 0L));
    leases.open(leaseLog);
    payloadReader.open(payloadLog);
    manager.on(new LeaseEvent.ModelsChanged(Map.of(PARTITION, Set.of(MODEL))), now);
    demand();
  }

  /** One input of the fuzzer. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    LeasesFuzz fuzz = new LeasesFuzz();
    for (int i = data.consumeInt(1, 6); i > 0; i--) {
      fuzz.step(data);
    }
    fuzz.allEndOnce();
    fuzz.nextIsServed();
  }

  private void step(FuzzedDataProvider data) {
    switch (data.consumeInt(0, 7)) {
      case 0, 1, 2 -> {
        LeaseAction action =
            data.pickValue(
                List.of(
                    LeaseAction.GRANT, LeaseAction.GRANT, LeaseAction.CANCEL, LeaseAction.DRAIN));
        Lease lease =
            lease(action, data.consumeInt(0, SLOTS + 1), data.pickValue(List.of("a", "b")));
        byte[] value = data.consumeInt(0, 20) == 0 ? null : RECORDS.like(lease, data);
        payload = RECORDS.like(LeaseFixture.payload(lease.getRequestId()), data);
        lease(data.consumeInt(0, 9) == 0 ? FuzzedText.of(data) : WORKER, value);
      }
      case 3 -> readPayload();
      case 4 -> running.stream().findFirst().ifPresent(attempt -> end(attempt, reply(data)));
      case 5 -> models(data);
      case 6 -> {
        paused = !paused && data.consumeInt(0, 3) == 0;
        pass(Duration.ofMillis(data.consumeInt(0, 100_000)));
      }
      default -> renewIfDue();
    }
  }

  private Lease lease(LeaseAction action, long sequence, String id) {
    return Lease.newBuilder()
        .setAction(action)
        .setWorkerId(WORKER)
        .setSession(manager.snapshot().session())
        .setPartition(PARTITION)
        .setSequence(sequence)
        .setRequestId(id)
        .setAttempt(1)
        .setLastAttempt(false)
        .setTenant("tenant")
        .setModel(MODEL)
        .setServiceClass(ServiceClass.BATCH)
        .setPayloadTopic(NAMES.work(ServiceClass.BATCH))
        .setPayloadOffset(payloadOffset += FAR)
        .setPromptTokens(100)
        .setPredictedOutputTokens(10)
        .setMaxOutputTokens(20)
        .setFirstTokenBy(now.plusSeconds(60))
        .setDeadline(now.plusSeconds(60))
        .setGrantedAt(now)
        .setExpiresAt(now.plusSeconds(5))
        .build();
  }

  /** Feeds one record, and counts what becomes of the lease in it. */
  private void lease(String key, byte @Nullable [] value) {
    boolean[] grant = {false};
    try {
      Lease lease = SERDES.deserializer(Lease.class).deserialize(NAMES.leases(), value);
      grant[0] = lease != null && lease.getAction() == LeaseAction.GRANT && key.equals(WORKER);
    } catch (MalformedRecordException malformed) {
      // The reader finds out as well.
    }
    int expectedBefore = expected;
    int outcomesBefore = outcomes.size();
    int askedBefore = asked;
    int ignoredBefore = ignored;
    leaseLog.addRecord(
        new ConsumerRecord<>(LEASES.topic(), LEASES.partition(), leaseOffset++, key, value));
    leases.turn(leaseLog);
    if (grant[0]) {
      assertThat(expected).isEqualTo(expectedBefore + 1);
      int begun = asked - askedBefore;
      int ended = outcomes.size() - outcomesBefore;
      assertThat(
              begun + (begun == 0 ? ended : 0) + (begun + ended == 0 ? ignored - ignoredBefore : 0))
          .as("%d begun, %d ended", begun, ended)
          .isEqualTo(1);
    }
  }

  private void readPayload() {
    if (taken.stream().noneMatch(attempt -> attempt.state() == AttemptState.READING)) {
      return;
    }
    byte[] value = payload;
    payloadLog.schedulePollTask(
        () ->
            payloadLog.assignment().stream()
                .filter(each -> !payloadLog.paused().contains(each))
                .forEach(
                    each ->
                        payloadLog.addRecord(
                            new ConsumerRecord<>(
                                each.topic(),
                                each.partition(),
                                payloadLog.position(each),
                                "key",
                                value))));
    payloadReader.turn(payloadLog);
  }

  private void models(FuzzedDataProvider data) {
    ModelSpec good =
        ModelSpec.newBuilder()
            .setName(MODEL)
            .setEndpoints(List.of("/v1/embeddings"))
            .setContextWindow(4_096)
            .setMaxOutputTokens(1_024)
            .setUpdatedAt(START)
            .build();
    try {
      ModelSpec model =
          SERDES
              .deserializer(ModelSpec.class)
              .deserialize(NAMES.models(), RECORDS.like(good, data));
      ServedModels served =
          ServedModels.of(List.of(MODEL, MODEL + "@blue"), Map.of(MODEL, model), 4);
      assertThat(served.byPartition().keySet()).allMatch(each -> each >= 0 && each < 4);
    } catch (MalformedRecordException malformed) {
      assertThat(malformed.getMessage()).isNotBlank();
    }
  }

  private static @Nullable EngineReply reply(FuzzedDataProvider data) {
    return switch (data.consumeInt(0, 3)) {
      case 0 -> null;
      case 1 ->
          new EngineReply.Failed(
              Outcomes.failure(data.pickValue(FailureCategory.values()), "code", "It failed."));
      default ->
          new EngineReply.Answered(
              200, new byte[data.consumeInt(0, MAX_ANSWER + 1)], new TokenUsage(1L, 1L, 0L));
    };
  }

  private void pass(Duration time) {
    now = now.plus(time);
    manager.expire(now);
  }

  private void end(Attempt attempt, @Nullable EngineReply reply) {
    running.remove(attempt);
    manager.on(new LeaseEvent.RunEnded(attempt, reply), now);
  }

  private void renewIfDue() {
    if (manager.renewalDue(now).isPresent()) {
      renew();
    }
  }

  private void renew() {
    abandoned += (int) taken.stream().filter(attempt -> attempt.state().isOpen()).count();
    manager.renew(now);
    demand();
  }

  private void demand() {
    var _ =
        manager.compose(
            new CapacityPolicy(SLOTS, 1_000, GpuLimits.DEFAULT),
            new EngineReading.Unreported(),
            new GpuReading.Absent(),
            OptionalInt.empty(),
            new EnginePause().admission(now),
            new ObservedSpeed(),
            true,
            now);
  }

  /** All runs end, and whatever was not read has its time-out. */
  private void allEndOnce() {
    paused = false;
    readPayload();
    pass(Duration.ofMinutes(2));
    List.copyOf(running).forEach(attempt -> end(attempt, null));
    pass(Duration.ofMinutes(2));
    assertThat(manager.snapshot().held()).isZero();
    assertThat(taken).allMatch(attempt -> attempt.state() == AttemptState.ENDED);
    Map<String, Long> begun =
        taken.stream()
            .map(Attempt::lease)
            .collect(Collectors.groupingBy(LeasesFuzz::fence, Collectors.counting()));
    Map<String, Long> ended =
        outcomes.stream()
            .collect(
                Collectors.groupingBy(
                    outcome ->
                        fence(outcome.getRequestId(), outcome.getAttempt(), outcome.getSession()),
                    Collectors.counting()));
    long missing =
        begun.entrySet().stream()
            .mapToLong(each -> Math.max(0, each.getValue() - ended.getOrDefault(each.getKey(), 0L)))
            .sum();
    assertThat(missing).as("leases without an outcome").isLessThanOrEqualTo(abandoned);
    for (AttemptOutcome outcome : outcomes) {
      SERDES.serializer(AttemptOutcome.class).serialize(NAMES.outcomes(), outcome);
      outcome
          .getFailure()
          .ifPresent(
              failure ->
                  assertThat(failure.getMessage()).isNotBlank().hasSizeLessThan(LONGEST_MESSAGE));
    }
  }

  private static String fence(Lease lease) {
    return fence(lease.getRequestId(), lease.getAttempt(), lease.getSession());
  }

  private static String fence(String id, int attempt, String session) {
    return id + '/' + attempt + '/' + session;
  }

  private void nextIsServed() {
    renew();
    if (manager.snapshot().state() != io.penstock.schemas.WorkerState.ACTIVE) {
      return;
    }
    Function<Object, byte[]> bytes =
        record ->
            record instanceof Lease lease
                ? SERDES.serializer(Lease.class).serialize(NAMES.leases(), lease)
                : SERDES
                    .serializer(ScoredRequest.class)
                    .serialize(NAMES.work(ServiceClass.BATCH), (ScoredRequest) record);
    payload = bytes.apply(LeaseFixture.payload(NEXT));
    lease(WORKER, bytes.apply(lease(LeaseAction.GRANT, 1, NEXT)));
    readPayload();
    assertThat(running).as("%s", outcomes).hasSize(1);
    int before = outcomes.size();
    end(
        running.iterator().next(),
        new EngineReply.Answered(200, new byte[3], new TokenUsage(1L, 1L, 0L)));
    assertThat(outcomes).hasSize(before + 1);
    assertThat(outcomes.getLast().getRequestId()).isEqualTo(NEXT);
    assertThat(outcomes.getLast().getKind()).isEqualTo(OutcomeKind.SUCCEEDED);
  }

  private Runnable run(Attempt attempt, EngineRequest request, LeaseEvents events) {
    assertThat(request.id()).isEqualTo(attempt.lease().getRequestId());
    running.add(attempt);
    return () -> {};
  }

  @Override
  public boolean isPaused(Instant at) {
    return paused;
  }

  @Override
  public @Nullable EngineReply learn(
      Attempt attempt, @Nullable EngineReply reply, int runs, Instant at) {
    return reply;
  }
}
