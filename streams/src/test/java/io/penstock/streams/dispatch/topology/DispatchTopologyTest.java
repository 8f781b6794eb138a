package io.penstock.streams.dispatch.topology;

import static io.penstock.streams.dispatch.Samples.START;
import static io.penstock.streams.dispatch.Samples.demand;
import static io.penstock.streams.dispatch.Samples.facts;
import static io.penstock.streams.dispatch.Samples.success;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.CommandKind;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.dispatch.Samples;
import io.penstock.streams.runtime.CrashLoop;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DispatchTopologyTest {

  private static final TopicNames NAMES = TopicNames.DEFAULT;
  private static final String TRACEPARENT =
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  @TempDir Path stateDirectory;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private ShardDriver driver;
  private Instant now = START;

  @BeforeEach
  void start() {
    driver = new ShardDriver("dispatch", stateDirectory, () -> now, registry);
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  @Test
  void aRequestTravelsFromWorkOverALeaseToItsResult() {
    TestOutputTopic<String, Lease> leases = driver.output(NAMES.leases(), Lease.class);
    TestOutputTopic<String, InferenceResult> results =
        driver.output(NAMES.results(), InferenceResult.class);
    TestOutputTopic<String, RequestStatus> lifecycle =
        driver.output(NAMES.lifecycle(), RequestStatus.class);
    demands().pipeInput("w", demand("w", "s1", 1, 1, 0, now).build());
    work(ServiceClass.STANDARD)
        .pipeInput(
            new TestRecord<>(
                "a",
                scored(facts("a")),
                new RecordHeaders()
                    .add("traceparent", TRACEPARENT.getBytes(StandardCharsets.US_ASCII))));
    TestRecord<String, Lease> lease = leases.readRecord();
    assertThat(lease.key()).isEqualTo("w");
    assertThat(lease.value().getRequestId()).isEqualTo("a");
    outcomes().pipeInput("a", success("a", 1, "s1", now));
    TestRecord<String, InferenceResult> result = results.readRecord();
    assertThat(result.key()).isEqualTo("a");
    assertThat(result.value().getStatus()).isEqualTo(TerminalStatus.SUCCEEDED);
    assertThat(result.headers().lastHeader("traceparent").value())
        .asString(StandardCharsets.US_ASCII)
        .isEqualTo(TRACEPARENT);
    assertThat(lifecycle.readValuesToList())
        .extracting(RequestStatus::getState)
        .containsExactly(RequestState.WAITING, RequestState.LEASED, RequestState.SUCCEEDED);
    assertThat(registry.get("penstock.results").tag("status", "succeeded").counter().count())
        .isEqualTo(1);
  }

  @Test
  void anAnswerThatComesAfterItsObjectiveCountsAsLate() {
    demands().pipeInput("w", demand("w", "s1", 1, 2, 0, now).build());
    work(ServiceClass.STANDARD).pipeInput("a", scored(facts("a")));
    work(ServiceClass.STANDARD).pipeInput("b", scored(facts("b")));
    outcomes().pipeInput("a", success("a", 1, "s1", now));
    assertThat(registry.find("penstock.results.late").counter()).isNull();

    now = facts("b").getFirstTokenBy().plusSeconds(1);
    outcomes().pipeInput("b", success("b", 1, "s1", now));

    assertThat(registry.get("penstock.results.late").tag("class", "standard").counter().count())
        .isEqualTo(1);
    assertThat(registry.get("penstock.dispatch.takeovers").counter().count()).isEqualTo(1);
  }

  @Test
  void aTraceparentThatIsNotOfTheStandardsFormGoesNoFurther() {
    TestOutputTopic<String, Lease> leases = driver.output(NAMES.leases(), Lease.class);
    demands().pipeInput("w", demand("w", "s1", 1, 1, 0, now).build());
    work(ServiceClass.STANDARD)
        .pipeInput(
            new TestRecord<>(
                "a",
                scored(facts("a")),
                new RecordHeaders()
                    .add("traceparent", "00-bad\n".getBytes(StandardCharsets.US_ASCII))));

    TestRecord<String, Lease> lease = leases.readRecord();

    assertThat(lease.value().getRequestId()).isEqualTo("a");
    assertThat(lease.headers().lastHeader("traceparent")).isNull();
  }

  @Test
  void everyResultGoesToTheResultsTopicAndNamesTheReplyTopicAskedFor() {
    TestOutputTopic<String, InferenceResult> results =
        driver.output(NAMES.results(), InferenceResult.class);
    TestOutputTopic<String, RequestStatus> lifecycle =
        driver.output(NAMES.lifecycle(), RequestStatus.class);
    work(ServiceClass.STANDARD).pipeInput("a", replyingTo("a", "replies.a"));
    now = START.plus(Duration.ofHours(1));
    driver.advance(Duration.ofSeconds(1));

    assertThat(results.readValue().getReplyTopic()).contains("replies.a");
    assertThat(lifecycle.readValuesToList().getLast().getResultTopic()).contains(NAMES.results());
  }

  @Test
  void requestersMayCancelTheirOwnTenantsRequestsAndNothingElse() {
    TestOutputTopic<String, InferenceResult> results =
        driver.output(NAMES.results(), InferenceResult.class);
    TestOutputTopic<String, DeadLetter> letters =
        driver.output(NAMES.deadLetters(), DeadLetter.class);
    TestInputTopic<String, ControlCommand> cancellations =
        driver.input(NAMES.cancellations(), ControlCommand.class);
    String tenant = facts("a").getTenant();
    work(ServiceClass.STANDARD).pipeInput("a", scored(facts("a")));

    cancellations.pipeInput("a", command(CommandKind.CANCEL, "a", "another"));
    assertThat(results.isEmpty()).isTrue();
    cancellations.pipeInput("a", command(CommandKind.CANCEL, "a", null));
    cancellations.pipeInput("a", command(CommandKind.REPRIORITISE, "a", tenant));
    cancellations.pipeInput("w", command(CommandKind.DRAIN, null, null));
    assertThat(results.isEmpty()).isTrue();
    assertThat(letters.readValuesToList())
        .extracting(letter -> letter.getFailure().getMessage())
        .satisfiesExactly(
            message -> assertThat(message).startsWith("tenant is missing"),
            message -> assertThat(message).startsWith("kind is REPRIORITISE"),
            message -> assertThat(message).startsWith("kind is DRAIN"));

    cancellations.pipeInput("a", command(CommandKind.CANCEL, "a", tenant));
    assertThat(results.readValue().getStatus()).isEqualTo(TerminalStatus.CANCELLED);
    assertThat(
            registry
                .get("penstock.dispatch.unreadable")
                .tag("topic", NAMES.cancellations())
                .counter()
                .count())
        .isEqualTo(3);
  }

  @Test
  void anOperatorsCommandNamesTheTenantToo() {
    TestOutputTopic<String, DeadLetter> letters =
        driver.output(NAMES.deadLetters(), DeadLetter.class);

    driver
        .input(NAMES.control(), ControlCommand.class)
        .pipeInput("a", command(CommandKind.CANCEL, "a", null));

    assertThat(letters.readValue().getFailure().getMessage()).startsWith("tenant is missing");
  }

  @Test
  void anUnreadableRecordIsBuriedAndTheNextIsUnharmed() {
    TestOutputTopic<String, DeadLetter> letters =
        driver.output(NAMES.deadLetters(), DeadLetter.class);
    TestOutputTopic<String, Lease> leases = driver.output(NAMES.leases(), Lease.class);
    TestInputTopic<String, byte[]> raw = driver.raw(NAMES.work(ServiceClass.STANDARD));
    raw.pipeInput("bad", new byte[] {1, 2, 3});
    raw.pipeInput("worse", null);
    driver.raw(NAMES.demand()).pipeInput("w", new byte[0]);
    work(ServiceClass.STANDARD).pipeInput("good", scored(facts("good")));
    demands().pipeInput("w", demand("w", "s1", 1, 1, 0, now).build());
    assertThat(letters.readKeyValuesToList())
        .extracting(letter -> letter.key)
        .containsExactly("bad", "worse", "w");
    assertThat(leases.readValue().getRequestId()).isEqualTo("good");
  }

  @Test
  void aRecordThatEndsThreeThreadsIsBuriedAndTheNextIsServed() {
    overflowOn("poison");
    outliveThreads(
        CrashLoop.DEATHS, () -> work(ServiceClass.BATCH).pipeInput("poison", poison("poison")));

    TestOutputTopic<String, DeadLetter> letters =
        driver.output(NAMES.deadLetters(), DeadLetter.class);
    TestOutputTopic<String, Lease> leases = driver.output(NAMES.leases(), Lease.class);
    work(ServiceClass.BATCH).pipeInput("poison", poison("poison"));
    work(ServiceClass.BATCH).pipeInput("good", scored(facts("good")));
    demands().pipeInput("w", demand("w", "s1", 1, 1, 0, now).build());

    DeadLetter letter = letters.readValue();
    assertThat(letter.getFailure().getMessage()).contains("failed 3 times on this record");
    assertThat(letter.getRequestId()).contains("poison");
    assertThat(leases.readValue().getRequestId()).isEqualTo("good");
  }

  @Test
  void aRequestThatEndsThreeThreadsIsAnsweredToItsTenant() {
    overflowOn("poison");
    outliveThreads(CrashLoop.DEATHS, () -> work(ServiceClass.BATCH).pipeInput("a", poison("a")));

    work(ServiceClass.BATCH).pipeInput("a", poison("a"));

    InferenceResult result = driver.output(NAMES.results(), InferenceResult.class).readValue();
    assertThat(result.getId()).isEqualTo("a");
    assertThat(result.getTenant()).isEqualTo("tenant");
    assertThat(result.getStatus()).isEqualTo(TerminalStatus.FAILED);
    assertThat(result.getError().orElseThrow().getMessage()).contains("failed 3 times");
    assertThat(driver.output(NAMES.lifecycle(), RequestStatus.class).readKeyValue().key)
        .isEqualTo(Samples.key("a"));
    assertThat(driver.output(NAMES.deadLetters(), DeadLetter.class).readValuesToList())
        .extracting(DeadLetter::getTenant)
        .containsExactly(Optional.of("tenant"));
  }

  @Test
  void aRecordThatEndsAThreadAgainWhenItIsSetAsideLeavesADeadLetterOnly() {
    overflowOn("poison");
    overflowOn("unknown");
    outliveThreads(
        CrashLoop.DEATHS + 1, () -> work(ServiceClass.BATCH).pipeInput("a", poison("a")));

    work(ServiceClass.BATCH).pipeInput("a", poison("a"));

    assertThat(driver.output(NAMES.results(), InferenceResult.class).isEmpty()).isTrue();
    assertThat(driver.output(NAMES.deadLetters(), DeadLetter.class).readValuesToList())
        .extracting(DeadLetter::getRequestId)
        .containsExactly(Optional.of("a"));
  }

  @Test
  void aTransferThatEndsThreeThreadsIsAnswered() {
    overflowOn("poison");
    DispatchEntry entry =
        DispatchEntry.newBuilder()
            .setFacts(poisonFacts("a"))
            .setPayloadClass(ServiceClass.STANDARD)
            .setPayloadOffset(1)
            .setQueuedAt(START)
            .setAttempts(0)
            .setFailures(0)
            .setOverloads(0)
            .setMoves(1)
            .build();
    Runnable read =
        () ->
            driver
                .input(NAMES.transfers(), DispatchTransfer.class)
                .pipeInput("a", new DispatchTransfer(entry, 1, "moved", START, false));
    outliveThreads(CrashLoop.DEATHS, read);
    read.run();

    assertThat(driver.output(NAMES.results(), InferenceResult.class).readValuesToList())
        .extracting(InferenceResult::getStatus)
        .containsExactly(TerminalStatus.FAILED);
  }

  @Test
  void anOutcomeThatEndsThreeThreadsFailsItsRequest() {
    registry
        .config()
        .meterFilter(
            new MeterFilter() {
              @Override
              public Meter.Id map(Meter.Id id) {
                if ("succeeded".equals(id.getTag("status"))) {
                  throw new StackOverflowError();
                }
                return id;
              }
            });
    outliveThreads(
        CrashLoop.DEATHS,
        () -> {
          grant("a");
          outcomes().pipeInput("a", success("a", 1, "s1", now));
        });

    grant("a");
    outcomes().pipeInput("a", success("a", 1, "s1", now));

    assertThat(driver.output(NAMES.results(), InferenceResult.class).readValuesToList())
        .extracting(InferenceResult::getStatus)
        .containsExactly(TerminalStatus.FAILED);
  }

  private void grant(String id) {
    demands().pipeInput("w", demand("w", "s1", 1, 1, 0, now).build());
    work(ServiceClass.STANDARD).pipeInput(id, scored(facts(id)));
  }

  private void outliveThreads(int threads, Runnable read) {
    for (int thread = 1; thread <= threads; thread++) {
      assertThatThrownBy(read::run).isInstanceOf(StackOverflowError.class);
      driver.reopen();
    }
  }

  private void overflowOn(String model) {
    registry
        .config()
        .meterFilter(
            new MeterFilter() {
              @Override
              public Meter.Id map(Meter.Id id) {
                if (model.equals(id.getTag("model"))) {
                  throw new StackOverflowError();
                }
                return id;
              }
            });
  }

  private static ScoredFacts poisonFacts(String id) {
    return ScoredFacts.newBuilder(facts(id))
        .setChoice(ModelChoice.newBuilder(facts(id).getChoice()).setModel("poison").build())
        .build();
  }

  private static ScoredRequest poison(String id) {
    return scored(poisonFacts(id));
  }

  @Test
  void absurdValuesAreBuriedAndTheNextRecordIsUnharmed() {
    TestOutputTopic<String, DeadLetter> letters =
        driver.output(NAMES.deadLetters(), DeadLetter.class);
    TestOutputTopic<String, Lease> leases = driver.output(NAMES.leases(), Lease.class);
    work(ServiceClass.STANDARD)
        .pipeInput(
            "past",
            scored(
                ScoredFacts.newBuilder(facts("past"))
                    .setAcceptedAt(micros(Long.MIN_VALUE))
                    .build()));
    work(ServiceClass.STANDARD)
        .pipeInput(
            "x".repeat(100_000),
            scored(ScoredFacts.newBuilder(facts("x".repeat(100_000))).build()));
    work(ServiceClass.STANDARD).pipeInput("good", scored(facts("good")));
    demands().pipeInput("w", demand("w", "s1", -1, 1, 0, now).build());
    demands().pipeInput("w", demand("w", "s1", 1, 1, Long.MAX_VALUE, now).build());
    demands().pipeInput("w", demand("w", "s1", 1, 1, 0, now).build());
    assertThat(letters.readValuesToList())
        .extracting(letter -> letter.getFailure().getMessage())
        .satisfiesExactly(
            message -> assertThat(message).contains("acceptedAt"),
            message -> assertThat(message).contains("id has 100000 characters"),
            message -> assertThat(message).contains("sequence"),
            message -> assertThat(message).contains("leasesReceived"));
    assertThat(leases.readValue().getRequestId()).isEqualTo("good");
  }

  @Test
  void whateverAValueOfWorkIsTheRequestEndsOnceAndTheNextIsUnharmed() {
    List<ScoredRequest> all = new ArrayList<>();
    for (Schema.Field field : ScoredRequest.getClassSchema().getFields()) {
      for (Object value : extremes(field)) {
        String id = field.name() + all.size();
        ScoredRequest request = scored(facts(id));
        request.put(field.pos(), value);
        all.add(request);
      }
    }
    assertThat(all).hasSizeGreaterThan(60);
    for (ScoredRequest request : all) {
      work(ServiceClass.STANDARD).pipeInput(request.getId(), request);
      work(ServiceClass.STANDARD)
          .pipeInput("after " + request.getId(), scored(facts("after " + request.getId())));
    }
    now = START.plus(Duration.ofDays(1));
    driver.advance(Duration.ofSeconds(1));

    Map<String, Long> results =
        driver.output(NAMES.results(), InferenceResult.class).readValuesToList().stream()
            .collect(groupingBy(InferenceResult::getId, counting()));
    assertThat(results)
        .hasSize(2 * all.size())
        .allSatisfy((id, count) -> assertThat(count).isOne());
  }

  private static List<Object> extremes(Schema.Field field) {
    Schema type = field.schema().isUnion() ? field.schema().getTypes().getLast() : field.schema();
    return switch (type.getType()) {
      case LONG ->
          LongStream.of(Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE)
              .<Object>mapToObj(
                  value -> type.getLogicalType() == null ? (Object) value : micros(value))
              .toList();
      case INT -> List.of(Integer.MIN_VALUE, -1, 0, 1, Integer.MAX_VALUE);
      case DOUBLE ->
          List.of(Double.NaN, Double.NEGATIVE_INFINITY, -1.0, 0.0, Double.POSITIVE_INFINITY);
      case STRING ->
          field.name().equals("id") || field.name().equals("tenant")
              ? List.of()
              : List.of("", "x".repeat(128), "x".repeat(129));
      default -> List.of();
    };
  }

  @Test
  void aTransferThatCannotBeUsedEndsItsRequest() {
    DispatchEntry entry =
        DispatchEntry.newBuilder()
            .setFacts(
                ScoredFacts.newBuilder(facts("a")).setCreatedAt(micros(Long.MAX_VALUE)).build())
            .setPayloadClass(ServiceClass.STANDARD)
            .setPayloadOffset(1)
            .setQueuedAt(START)
            .setAttempts(0)
            .setFailures(0)
            .setOverloads(0)
            .setMoves(1)
            .build();
    TestInputTopic<String, DispatchTransfer> transfers =
        driver.input(NAMES.transfers(), DispatchTransfer.class);
    transfers.pipeInput("a", new DispatchTransfer(entry, 1, "moved", START, false));
    transfers.pipeInput("a", new DispatchTransfer(entry, 1, "moved", START, false));

    assertThat(driver.output(NAMES.results(), InferenceResult.class).readValuesToList())
        .extracting(InferenceResult::getStatus)
        .containsExactly(TerminalStatus.FAILED);
    assertThat(driver.output(NAMES.deadLetters(), DeadLetter.class).readValuesToList()).hasSize(1);
    assertThat(driver.output(NAMES.lifecycle(), RequestStatus.class).readKeyValue().key)
        .isEqualTo(Samples.key("a"));
  }

  @Test
  void anOutcomeOfAnAbsurdClockKeepsItsAnswerAndLosesItsTimes() {
    TestOutputTopic<String, InferenceResult> results =
        driver.output(NAMES.results(), InferenceResult.class);
    int leases = 0;
    for (long absurd : new long[] {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE}) {
      String id = "at" + absurd;
      leases++;
      demands().pipeInput("w", demand("w", "s1", leases, leases, leases - 1, now).build());
      work(ServiceClass.STANDARD).pipeInput(id, scored(facts(id)));
      outcomes()
          .pipeInput(
              id,
              AttemptOutcome.newBuilder(success(id, 1, "s1", now))
                  .setReceivedAt(micros(absurd))
                  .setStartedAt(micros(absurd))
                  .setFirstTokenAt(micros(absurd))
                  .setFinishedAt(micros(absurd))
                  .setUsage(new TokenUsage(absurd, absurd, absurd))
                  .build());
      InferenceResult result = results.readValue();
      assertThat(result.getStatus()).isEqualTo(TerminalStatus.SUCCEEDED);
      assertThat(result.getBody()).isPresent();
      assertThat(result.getStartedAt()).isEmpty();
      assertThat(result.getFirstTokenAt()).isEmpty();
      assertThat(result.getEngineFinishedAt()).contains(now);
      assertThat(result.getUsage().isPresent()).isEqualTo(absurd == 0 || absurd == 1);
    }
    assertThat(driver.output(NAMES.deadLetters(), DeadLetter.class).isEmpty()).isTrue();
  }

  @Test
  void twoTenantsWithOneIdHaveAStatusEach() {
    work(ServiceClass.STANDARD).pipeInput("a", scored(facts("a")));
    work(ServiceClass.STANDARD)
        .pipeInput("a", scored(ScoredFacts.newBuilder(facts("a")).setTenant("another").build()));

    assertThat(driver.output(NAMES.lifecycle(), RequestStatus.class).readKeyValuesToList())
        .extracting(status -> status.key)
        .containsExactly(Samples.key("a"), RequestKey.of("another", "a"));
  }

  @Test
  void anIdIsRememberedUntilNoLogHasItsRequestAnyMore() {
    TestOutputTopic<String, InferenceResult> results =
        driver.output(NAMES.results(), InferenceResult.class);
    ScoredRequest request = Samples.scored(facts("a")).setFingerprint(1L).build();
    work(ServiceClass.STANDARD).pipeInput("a", request);
    now = START.plus(Duration.ofMinutes(10));
    driver.advance(Duration.ofSeconds(1));
    Instant ended = now;
    assertThat(results.readValue().getStatus()).isEqualTo(TerminalStatus.EXPIRED);
    Instant last = ended.plus(TopicSettings.DEFAULT.idRetention()).minus(Duration.ofHours(1));
    while (now.isBefore(last)) {
      now = now.plus(Duration.ofHours(12)).isBefore(last) ? now.plus(Duration.ofHours(12)) : last;
      driver.advance(Duration.ofSeconds(1));
      work(ServiceClass.BATCH).pipeInput("a", request);
      assertThat(results.readValue().getRepetition()).contains(Repetition.SAME);
    }
  }

  @Test
  void deadlinesLapseWithTheWallClock() {
    TestOutputTopic<String, InferenceResult> results =
        driver.output(NAMES.results(), InferenceResult.class);
    work(ServiceClass.BATCH).pipeInput("a", scored(facts("a")));
    now = START.plus(Duration.ofMinutes(10));
    driver.advance(Duration.ofSeconds(1));
    assertThat(results.readValue().getStatus()).isEqualTo(TerminalStatus.EXPIRED);
  }

  @Test
  void whatWaitsIsMeasuredByModelAndClass() {
    work(ServiceClass.STANDARD).pipeInput("a", scored(facts("a")));
    driver.advance(Duration.ofSeconds(1));
    assertThat(
            registry
                .get("penstock.dispatch.waiting")
                .tags("model", "m", "class", "standard", "state", "offered")
                .gauge()
                .value())
        .isEqualTo(1);
  }

  @Test
  void urgentTopicsComeBeforeOlderRecordsOfOthers() {
    // The driver takes records one by one, so only the order of the stamps can be seen here.
    long anHourAgo = START.minus(Duration.ofHours(1)).toEpochMilli();
    assertThat(stamp(Urgency.OUTCOMES, START.toEpochMilli()))
        .isLessThan(stamp(Urgency.DEMAND, anHourAgo));
    assertThat(stamp(Urgency.INTERACTIVE, START.toEpochMilli()))
        .isLessThan(stamp(Urgency.BATCH, anHourAgo));
    assertThat(stamp(Urgency.OUTCOMES, -1)).isZero();
  }

  private static long stamp(Urgency urgency, long timestamp) {
    return urgency.extract(
        new org.apache.kafka.clients.consumer.ConsumerRecord<>(
            "t",
            0,
            0,
            timestamp,
            org.apache.kafka.common.record.TimestampType.CREATE_TIME,
            0,
            0,
            null,
            null,
            new RecordHeaders(),
            java.util.Optional.empty()),
        0);
  }

  private static Instant micros(long sinceEpoch) {
    return Instant.EPOCH.plus(sinceEpoch, java.time.temporal.ChronoUnit.MICROS);
  }

  private static ControlCommand command(
      CommandKind kind, @Nullable String requestId, @Nullable String tenant) {
    return ControlCommand.newBuilder()
        .setKind(kind)
        .setRequestId(requestId)
        .setWorkerId(kind == CommandKind.DRAIN ? "w" : null)
        .setTenant(tenant)
        .setIssuedAt(START)
        .build();
  }

  private ScoredRequest replyingTo(String id, String topic) {
    return scored(ScoredFacts.newBuilder(facts(id)).setReplyTopic(topic).build());
  }

  private static ScoredRequest scored(ScoredFacts facts) {
    return Samples.scored(facts).build();
  }

  private TestInputTopic<String, ScoredRequest> work(ServiceClass serviceClass) {
    return driver.input(NAMES.work(serviceClass), ScoredRequest.class);
  }

  private TestInputTopic<String, WorkerDemand> demands() {
    return driver.input(NAMES.demand(), WorkerDemand.class);
  }

  private TestInputTopic<String, AttemptOutcome> outcomes() {
    return driver.input(NAMES.outcomes(), AttemptOutcome.class);
  }
}
