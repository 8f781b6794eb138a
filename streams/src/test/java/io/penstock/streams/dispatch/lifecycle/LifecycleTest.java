package io.penstock.streams.dispatch.lifecycle;

import static io.penstock.streams.dispatch.Samples.START;
import static io.penstock.streams.dispatch.Samples.facts;
import static io.penstock.streams.dispatch.Samples.failure;
import static io.penstock.streams.dispatch.Samples.outcome;
import static io.penstock.streams.dispatch.Samples.success;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.OutcomeKind;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.dispatch.fairness.Share;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LifecycleTest {

  private static final String SESSION = "s1";
  private static final Instant NOW = START.plusSeconds(1);
  private static final Instant LATE = START.plus(Duration.ofHours(1));
  private static final Duration LEASE_TIMEOUT = Duration.ofSeconds(5);

  private static final Lifecycle LIFECYCLE =
      new Lifecycle(
          TopicNames.DEFAULT, 3, BackoffRetries.DEFAULT, LEASE_TIMEOUT, Duration.ofDays(1));

  private static final State WAITING = arrive(asking(1));
  private static final State LEASED = next(granted(1), WAITING, NOW);
  private static final State FINISHED =
      State.of(new DispatchFinished(TerminalStatus.SUCCEEDED, START, null, 0, 1L));
  private static final State CANCELLED_BEFORE_ARRIVAL =
      State.of(new DispatchFinished(null, START, null, 0, null));

  private static final State MOVED = State.of(new DispatchFinished(null, START, 5, 1, 1L));
  private static final Failure UNUSABLE =
      new Failure(
          FailureCategory.INVALID, "unusable_record", "createdAt is absurd", null, null, null);

  /** The table of {@link Lifecycle}, written out: event, then the verdict in each state. */
  static Stream<Arguments> table() {
    Map<String, Event> events = new LinkedHashMap<>();
    events.put("arrived", arrived(asking(1)));
    events.put("granted", granted(1));
    events.put("succeeded", new Event.Ended(success("id", 1, SESSION, NOW)));
    events.put(
        "failed", new Event.Ended(failure("id", 1, SESSION, FailureCategory.RETRYABLE, NOW)));
    events.put(
        "rejected", new Event.Ended(failure("id", 1, SESSION, FailureCategory.REJECTED, NOW)));
    events.put(
        "released", new Event.Ended(outcome("id", 1, SESSION, OutcomeKind.RELEASED, NOW).build()));
    events.put(
        "stopped unasked",
        new Event.Ended(outcome("id", 1, SESSION, OutcomeKind.CANCELLED, NOW).build()));
    events.put("lease lost", new Event.LeaseLost(SESSION, failure(FailureCategory.LEASE_LOST)));
    events.put("given back", new Event.GivenBack(SESSION));
    events.put("unconfirmed", new Event.Unconfirmed(SESSION, NOW.plusSeconds(9)));
    events.put("deadline passed", new Event.DeadlinePassed());
    events.put("overdue", new Event.Overdue());
    events.put("cancel asked", new Event.CancelAsked(null));
    events.put("reprioritised", new Event.Reprioritised(ServiceClass.INTERACTIVE, null));
    events.put("moved away", move(alternative("n", 5)));
    events.put("moved here", move(alternative("n", 3)));
    events.put("transferred", transferred(2));
    events.put("transferred again", transferred(1));
    events.put("arrived with other content", arrived(asking(2)));
    events.put("asked by another shard", new Event.Transferred(asks(1)));
    events.put("unusable", new Event.Unusable(entryOf(transferred(0)), false, UNUSABLE));
    events.put("unusable transfer", new Event.Unusable(entryOf(transferred(2)), true, UNUSABLE));
    events.put(
        "unusable transfer again", new Event.Unusable(entryOf(transferred(1)), true, UNUSABLE));
    Map<String, String> verdicts = new LinkedHashMap<>();
    verdicts.put("arrived", "QUEUED FINISHED DUPLICATE DUPLICATE DUPLICATE DUPLICATE");
    verdicts.put("granted", "IGNORED IGNORED LEASED IGNORED IGNORED IGNORED");
    verdicts.put("succeeded", "FENCED FENCED FENCED FINISHED FENCED FENCED");
    verdicts.put("failed", "FENCED FENCED FENCED RETRIED FENCED FENCED");
    verdicts.put("rejected", "FENCED FENCED FENCED FINISHED FENCED FENCED");
    verdicts.put("released", "FENCED FENCED FENCED RETURNED FENCED FENCED");
    verdicts.put("stopped unasked", "FENCED FENCED FENCED RETURNED FENCED FENCED");
    verdicts.put("lease lost", "IGNORED IGNORED IGNORED RETRIED IGNORED IGNORED");
    verdicts.put("given back", "IGNORED IGNORED IGNORED RETURNED IGNORED IGNORED");
    verdicts.put("unconfirmed", "IGNORED IGNORED IGNORED RETURNED IGNORED IGNORED");
    verdicts.put("deadline passed", "IGNORED IGNORED IGNORED IGNORED IGNORED IGNORED");
    verdicts.put("overdue", "IGNORED IGNORED IGNORED IGNORED IGNORED IGNORED");
    verdicts.put(
        "cancel asked",
        "CANCELLED_BEFORE_ARRIVAL IGNORED FINISHED FINISHED" + " CANCELLED_BEFORE_ARRIVAL IGNORED");
    verdicts.put("reprioritised", "IGNORED IGNORED CHANGED CHANGED IGNORED IGNORED");
    verdicts.put("moved away", "IGNORED IGNORED MOVED IGNORED IGNORED IGNORED");
    verdicts.put("moved here", "IGNORED IGNORED MOVED IGNORED IGNORED IGNORED");
    verdicts.put("transferred", "QUEUED FINISHED DUPLICATE DUPLICATE QUEUED DUPLICATE");
    verdicts.put("transferred again", "QUEUED FINISHED DUPLICATE DUPLICATE DUPLICATE DUPLICATE");
    verdicts.put(
        "arrived with other content", "QUEUED FINISHED CONFLICT CONFLICT CONFLICT CONFLICT");
    verdicts.put(
        "asked by another shard", "DUPLICATE DUPLICATE DUPLICATE DUPLICATE DUPLICATE DUPLICATE");
    verdicts.put("unusable", "FINISHED FINISHED DUPLICATE DUPLICATE DUPLICATE DUPLICATE");
    verdicts.put("unusable transfer", "FINISHED FINISHED DUPLICATE DUPLICATE FINISHED DUPLICATE");
    verdicts.put(
        "unusable transfer again", "FINISHED FINISHED DUPLICATE DUPLICATE DUPLICATE DUPLICATE");
    List<State> states =
        List.of(State.UNKNOWN, CANCELLED_BEFORE_ARRIVAL, WAITING, LEASED, MOVED, FINISHED);
    return events.entrySet().stream()
        .flatMap(
            event -> {
              String[] row = verdicts.get(event.getKey()).split(" ", -1);
              return Stream.iterate(0, column -> column < states.size(), column -> column + 1)
                  .map(
                      column ->
                          Arguments.of(
                              event.getKey(),
                              states.get(column).getClass().getSimpleName(),
                              event.getValue(),
                              states.get(column),
                              Verdict.valueOf(row[column])));
            });
  }

  @ParameterizedTest(name = "{0} in {1} is {4}")
  @MethodSource("table")
  void everyEventInEveryStateHasTheVerdictOfTheTable(
      String event, String stateName, Event happened, State state, Verdict expected) {
    Decision decision = LIFECYCLE.decide(happened, state, NOW);
    assertThat(decision.verdict()).isEqualTo(expected);
    boolean finishes = expected == Verdict.FINISHED;
    assertThat(results(decision).filter(result -> result.getRepetition().isEmpty()).count())
        .as("results written by %s in %s", event, stateName)
        .isEqualTo(finishes ? 1 : 0);
    assertThat(decision.change().filter(State.Finished.class::isInstance).isPresent())
        .isEqualTo(finishes);
  }

  private static Stream<InferenceResult> results(Decision decision) {
    return decision.effects().stream()
        .filter(Effect.Answer.class::isInstance)
        .map(effect -> ((Effect.Answer) effect).result());
  }

  private static ScoredFacts asking(long fingerprint) {
    return ScoredFacts.newBuilder(facts("id")).setFingerprint(fingerprint).build();
  }

  private static Event arrived(ScoredFacts facts) {
    return new Event.Arrived(facts, ServiceClass.STANDARD, 7, null);
  }

  private static DispatchEntry entryOf(Event.Transferred transferred) {
    return transferred.transfer().getEntry();
  }

  private static DispatchTransfer asks(int moves) {
    return DispatchTransfer.newBuilder(transferred(moves).transfer()).setAsks(true).build();
  }

  @Test
  void whatIsWrittenOfARequestStaysInTheHomeOfTheFirstWithItsId() {
    ScoredFacts first = ScoredFacts.newBuilder(asking(1)).setReplyKey("first").build();
    State waiting = arrive(first);
    State leased = next(granted(1), waiting, NOW);
    for (State state : List.of(waiting, leased, MOVED, FINISHED)) {
      for (int fingerprint : List.of(1, 2)) {
        ScoredFacts second =
            ScoredFacts.newBuilder(asking(fingerprint)).setReplyKey("second").build();
        Decision decision = LIFECYCLE.decide(arrived(second), state, NOW);
        assertThat(announced(decision)).isEmpty();
        assertThat(results(decision))
            .allSatisfy(answer -> assertThat(answer.getReplyKey()).contains("second"));
      }
    }
    for (Event event :
        List.of(
            new Event.Ended(success("id", 1, SESSION, NOW)),
            new Event.Ended(failure("id", 1, SESSION, FailureCategory.RETRYABLE, NOW)),
            new Event.CancelAsked(null))) {
      Decision decision = LIFECYCLE.decide(event, leased, NOW);
      assertThat(announced(decision))
          .isNotEmpty()
          .allSatisfy(status -> assertThat(status.getReplyKey()).contains("first"));
      assertThat(results(decision))
          .allSatisfy(answer -> assertThat(answer.getReplyKey()).contains("first"));
    }
  }

  @Test
  void everyResultNamesTheWebhookOfItsRequest() {
    State leased =
        next(granted(1), arrive(ScoredFacts.newBuilder(asking(1)).setWebhook("*").build()), NOW);
    for (Event event :
        List.of(new Event.Ended(success("id", 1, SESSION, NOW)), new Event.CancelAsked(null))) {
      assertThat(results(LIFECYCLE.decide(event, leased, NOW)))
          .allSatisfy(answer -> assertThat(answer.getWebhook()).contains("*"));
    }
    assertThat(
            results(LIFECYCLE.decide(new Event.Ended(success("id", 1, SESSION, NOW)), leased, NOW)))
        .isNotEmpty();
  }

  @Test
  void aWorkerIsToldWhereChunksGoAndWhetherTheyAreWanted() {
    ScoredFacts facts =
        ScoredFacts.newBuilder(asking(1)).setReplyKey("home").setStream(true).build();

    Lease lease =
        ((Effect.Instruct) LIFECYCLE.decide(granted(1), arrive(facts), NOW).effects().getFirst())
            .lease();

    assertThat(lease.getReplyKey()).contains("home");
    assertThat(lease.getStream()).isTrue();
  }

  private static List<RequestStatus> announced(Decision decision) {
    return decision.effects().stream()
        .filter(Effect.Announce.class::isInstance)
        .map(effect -> ((Effect.Announce) effect).status())
        .toList();
  }

  @Test
  void anEqualRequestIsToldHowTheFirstEndedAndNothingElseIsWritten() {
    for (TerminalStatus status : TerminalStatus.values()) {
      State ended = State.of(new DispatchFinished(status, START, null, 0, 1L));
      for (Event again : List.of(arrived(asking(1)), arrived(facts("id")))) {
        Decision decision = LIFECYCLE.decide(again, ended, NOW);
        assertThat(decision.effects()).hasSize(1);
        InferenceResult result = results(decision).findFirst().orElseThrow();
        assertThat(result.getRepetition()).contains(Repetition.SAME);
        assertThat(result.getStatus()).isEqualTo(status);
        assertThat(result.getFinishedAt()).isEqualTo(START);
        assertThat(result.getBody()).isEmpty();
        assertThat(result.getCost()).isEmpty();
        assertThat(decision.change()).isEmpty();
      }
    }
  }

  @Test
  void anEqualRequestIsToldNothingWhileTheFirstIsUnderWay() {
    for (State state : List.of(WAITING, LEASED)) {
      assertThat(LIFECYCLE.decide(arrived(asking(1)), state, NOW).effects()).isEmpty();
    }
  }

  /** Who asks for JSON finds it on its reply topic or on results-json, however the first came. */
  @Test
  void whoAsksForJsonGetsJsonWhicheverWayTheFirstCame() {
    List<Optional<String>> topics = List.of(Optional.empty(), Optional.of("r"), Optional.of("s"));
    for (ResultFormat format : ResultFormat.values()) {
      for (Optional<String> reply : topics) {
        for (Optional<String> asked : topics) {
          State waiting = arrive(wanting(format, reply));
          for (State first : List.of(waiting, next(granted(1), waiting, NOW))) {
            ScoredFacts again = wanting(ResultFormat.JSON, asked);
            DispatchTransfer question =
                DispatchTransfer.newBuilder(asks(1)).setEntry(entry(arrive(again))).build();
            for (Event event : List.of(arrived(again), new Event.Transferred(question))) {
              Decision told = LIFECYCLE.decide(event, first, NOW);
              assertThat(told.effects()).isEmpty();
              State then = told.change().orElse(first);
              InferenceResult result =
                  result(LIFECYCLE.decide(new Event.CancelAsked(null), then, NOW));

              assertThat(asJson(result)).containsAnyElementsOf(List.of(asked.orElse("own"), "own"));
              assertThat(result.getReplyTopic()).as("the first's").isEqualTo(reply);
              assertThat(result.getResultFormat()).as("the first's").contains(format);
              assertThat(LIFECYCLE.decide(event, then, NOW).change()).as("once").isEmpty();
            }
          }
        }
      }
    }
  }

  @Test
  void whoAsksForAvroChangesNothing() {
    State first = arrive(wanting(ResultFormat.AVRO, Optional.of("r")));
    Event again = arrived(wanting(ResultFormat.AVRO, Optional.empty()));
    assertThat(LIFECYCLE.decide(again, first, NOW).change()).isEmpty();
  }

  private static ScoredFacts wanting(ResultFormat format, Optional<String> replyTopic) {
    return ScoredFacts.newBuilder(asking(1))
        .setResultFormat(format)
        .setReplyTopic(replyTopic.orElse(null))
        .build();
  }

  /** The topics to which delivery copies a result as JSON. */
  private static Set<String> asJson(InferenceResult result) {
    Set<String> topics = new HashSet<>();
    if (result.getResultFormat().orElseThrow() == ResultFormat.JSON) {
      topics.add(result.getReplyTopic().orElse("own"));
    }
    if (result.getAlsoAsJson().orElse(false)) {
      topics.add("own");
    }
    return topics;
  }

  @Test
  void anotherRequestOfTheIdIsRefusedAsAConflictAndTheFirstIsUnharmed() {
    for (State state : List.of(WAITING, LEASED, MOVED, FINISHED)) {
      Decision decision = LIFECYCLE.decide(arrived(asking(2)), state, NOW);
      assertThat(decision.change()).isEmpty();
      assertThat(decision.effects())
          .hasExactlyElementsOfTypes(Effect.Answer.class, Effect.Bury.class);
      InferenceResult result = results(decision).findFirst().orElseThrow();
      assertThat(result.getRepetition()).contains(Repetition.CONFLICT);
      assertThat(result.getStatus()).isEqualTo(TerminalStatus.FAILED);
      assertThat(result.getStatusCode()).isEqualTo(409);
      assertThat(result.getError().orElseThrow().getCode()).isEqualTo("id_conflict");
    }
  }

  @Test
  void theShardThatHandedARequestOnAsksWhereItWentAndThatOneAnswers() {
    Decision decision = LIFECYCLE.decide(arrived(asking(1)), MOVED, NOW);
    Effect.Transfer question = (Effect.Transfer) decision.effects().getFirst();
    assertThat(decision.effects()).hasSize(1);
    assertThat(question.partition()).isEqualTo(5);
    Event asked = new Event.Transferred(question.transfer());
    assertThat(results(LIFECYCLE.decide(asked, FINISHED, NOW)))
        .extracting(InferenceResult::getRepetition)
        .containsExactly(Optional.of(Repetition.SAME));
    for (State state : List.of(State.UNKNOWN, WAITING, LEASED)) {
      Decision nothing = LIFECYCLE.decide(asked, state, NOW);
      assertThat(nothing.effects()).isEmpty();
      assertThat(nothing.change()).isEmpty();
    }
  }

  @Test
  void anUnusableRequestEndsFailedWithResultStatusAndDeadLetter() {
    Decision decision =
        LIFECYCLE.decide(
            new Event.Unusable(entryOf(transferred(0)), false, UNUSABLE), State.UNKNOWN, NOW);
    assertThat(decision.effects())
        .hasExactlyElementsOfTypes(Effect.Answer.class, Effect.Announce.class, Effect.Bury.class);
    assertThat(results(decision).findFirst().orElseThrow().getError().orElseThrow().getMessage())
        .contains("createdAt");
  }

  @Test
  void aMoveTakesOverWhatTheAlternativeSaysAndLeavesThePayload() {
    ScoredFacts facts =
        ScoredFacts.newBuilder(facts("id"))
            .setInputPricePerMillion(10.0)
            .setAlternatives(List.of(alternative("n", 5), alternative("o", 3)))
            .build();
    Decision decision = LIFECYCLE.decide(move(alternative("n", 5)), arrive(facts), NOW);
    Effect.Transfer handed = (Effect.Transfer) decision.effects().getFirst();
    assertThat(handed.partition()).isEqualTo(5);
    DispatchEntry entry = handed.transfer().getEntry();
    assertThat(entry.getMoves()).isEqualTo(1);
    assertThat(entry.getPayloadPartition()).hasValue(3);
    ScoredFacts moved = entry.getFacts();
    assertThat(moved.getChoice().getModel()).isEqualTo("n");
    assertThat(moved.getChoice().getVariant()).hasValue("blue");
    assertThat(moved.getChoice().getProvider()).hasValue("acme");
    assertThat(moved.getChoice().getReason()).contains("alias of m").contains("it is down");
    assertThat(moved.getChoice().getMovedFrom()).containsExactly("m: it is down");
    assertThat(moved.getInputPricePerMillion()).hasValue(1.0);
    assertThat(moved.getPromptTokens()).isEqualTo(120);
    assertThat(moved.getMaxOutputTokens()).isEqualTo(300);
    assertThat(moved.getAlternatives()).extracting(ModelAlternative::getModel).containsExactly("o");
    assertThat(moved.getDeadline()).isEqualTo(facts.getDeadline());
    assertThat(decision.change().orElseThrow()).isInstanceOf(State.Moved.class);
  }

  @Test
  void whereItRanAndAtWhosePriceIsInTheResultOfAMovedRequest() {
    State waiting = next(move(alternative("n", 3)), arrive(facts("id")), NOW);
    State leased = next(granted(1), waiting, NOW);
    InferenceResult result =
        result(LIFECYCLE.decide(new Event.Ended(success("id", 1, SESSION, NOW)), leased, NOW));
    assertThat(result.getChoice().orElseThrow().getModel()).isEqualTo("n");
    assertThat(result.getChoice().orElseThrow().getMovedFrom()).hasSize(1);
    // 100 prompt tokens at 1 and 10 generated ones at 2 a million.
    assertThat(result.getCost().orElseThrow()).isCloseTo(120e-6, within(1e-12));
  }

  @Test
  void aCancellationThatMissesAMovedRequestMeetsItWhenItComesBack() {
    State cancelledBeforeArrival = next(new Event.CancelAsked(null), MOVED, NOW);
    assertThat(LIFECYCLE.decide(transferred(1), cancelledBeforeArrival, NOW).verdict())
        .isEqualTo(Verdict.DUPLICATE);
    Decision back = LIFECYCLE.decide(transferred(2), cancelledBeforeArrival, NOW);
    assertThat(result(back).getStatus()).isEqualTo(TerminalStatus.CANCELLED);
    Event arrived = new Event.Arrived(facts("id"), ServiceClass.STANDARD, 7, null);
    assertThat(LIFECYCLE.decide(arrived, cancelledBeforeArrival, NOW).verdict())
        .isEqualTo(Verdict.DUPLICATE);
  }

  @Test
  void aFailureOfAnUnhealthyTargetCostsTheRequestNothing() {
    Event failed =
        new Event.Ended(
            failure("id", 1, SESSION, FailureCategory.RETRYABLE, NOW),
            new Fault.OfTarget(NOW.plusSeconds(9)));
    State.Waiting waiting = (State.Waiting) next(failed, LEASED, NOW);
    assertThat(waiting.entry().getFailures()).isZero();
    assertThat(waiting.entry().getExcuses()).isEqualTo(1);
    assertThat(waiting.entry().getNotBefore()).hasValue(NOW.plusSeconds(9));
  }

  private static ModelAlternative alternative(String model, int partition) {
    return ModelAlternative.newBuilder()
        .setModel(model)
        .setVariant("blue")
        .setProvider("acme")
        .setPartition(partition)
        .setPromptTokens(120)
        .setPredictedOutputTokens(60)
        .setMaxOutputTokens(300)
        .setInputPricePerMillion(1.0)
        .setOutputPricePerMillion(2.0)
        .setScore(0.5)
        .build();
  }

  private static Event move(ModelAlternative to) {
    return new Event.Moved(to, MoveCause.UNHEALTHY, "it is down");
  }

  private static Event.Transferred transferred(int moves) {
    DispatchEntry entry =
        DispatchEntry.newBuilder(((State.Waiting) WAITING).entry())
            .setMoves(moves)
            .setPayloadPartition(5)
            .build();
    return new Event.Transferred(new DispatchTransfer(entry, 5, "it is down", NOW, false));
  }

  @Test
  void aSecondLifeOfTheSameAttemptNumberIsFencedByItsSession() {
    Decision decision =
        LIFECYCLE.decide(new Event.Ended(success("id", 1, "another", NOW)), LEASED, NOW);
    assertThat(decision.verdict()).isEqualTo(Verdict.FENCED);
  }

  @Test
  void anOutcomeOfAnEarlierAttemptIsFencedByItsNumber() {
    State again = next(new Event.GivenBack(SESSION), LEASED, NOW);
    State second = next(granted(2), again, NOW);
    Event stale = new Event.Ended(success("id", 1, SESSION, NOW));
    assertThat(LIFECYCLE.decide(stale, second, NOW).verdict()).isEqualTo(Verdict.FENCED);
    Event current = new Event.Ended(success("id", 2, SESSION, NOW));
    assertThat(LIFECYCLE.decide(current, second, NOW).verdict()).isEqualTo(Verdict.FINISHED);
  }

  @Test
  void aGrantTellsTheWorkerWhereThePayloadIs() {
    Decision decision = LIFECYCLE.decide(granted(9), WAITING, NOW);
    assertThat(decision.effects().getFirst())
        .isInstanceOfSatisfying(
            Effect.Instruct.class,
            instruct -> {
              assertThat(instruct.lease().getAction()).isEqualTo(LeaseAction.GRANT);
              assertThat(instruct.lease().getPayloadTopic()).isEqualTo("penstock.work.standard");
              assertThat(instruct.lease().getPartition()).isEqualTo(3);
              assertThat(instruct.lease().getPayloadOffset()).isEqualTo(7);
              assertThat(instruct.lease().getSequence()).isEqualTo(9);
              assertThat(instruct.lease().getAttempt()).isEqualTo(1);
              assertThat(instruct.lease().getExpiresAt()).isEqualTo(NOW.plus(LEASE_TIMEOUT));
            });
  }

  @Test
  void aLateArrivalExpiresAtOnce() {
    Decision decision =
        LIFECYCLE.decide(
            new Event.Arrived(facts("id"), ServiceClass.STANDARD, 7, null), State.UNKNOWN, LATE);
    assertThat(result(decision).getStatus()).isEqualTo(TerminalStatus.EXPIRED);
    assertThat(result(decision).getStatusCode()).isEqualTo(408);
  }

  @Test
  void aWaitingRequestExpiresOnlyAfterItsDeadline() {
    assertThat(LIFECYCLE.decide(new Event.DeadlinePassed(), WAITING, LATE).verdict())
        .isEqualTo(Verdict.FINISHED);
  }

  @Test
  void aLeasedRequestIsLeftToItsWorkerPastTheDeadline() {
    assertThat(LIFECYCLE.decide(new Event.DeadlinePassed(), LEASED, LATE).verdict())
        .isEqualTo(Verdict.IGNORED);
  }

  @Test
  void anOverdueLeaseExpiresAndTheWorkerIsTold() {
    Decision decision = LIFECYCLE.decide(new Event.Overdue(), LEASED, LATE);
    assertThat(result(decision).getStatus()).isEqualTo(TerminalStatus.EXPIRED);
    assertThat(decision.effects().getFirst())
        .isInstanceOfSatisfying(
            Effect.Instruct.class,
            instruct -> assertThat(instruct.lease().getAction()).isEqualTo(LeaseAction.CANCEL));
  }

  @Test
  void reprioritisingSetsNoDeadlineThatThePayloadDoesNotLast() {
    State changed =
        next(new Event.Reprioritised(null, START.plus(Duration.ofDays(400))), WAITING, NOW);
    assertThat(entry(changed).getFacts().getDeadline()).isEqualTo(START.plus(Duration.ofDays(1)));
  }

  @Test
  void aFailureAfterTheDeadlineExpiresInsteadOfTryingAgain() {
    Decision decision =
        LIFECYCLE.decide(
            new Event.Ended(failure("id", 1, SESSION, FailureCategory.TIMEOUT, LATE)),
            LEASED,
            LATE);
    assertThat(result(decision).getStatus()).isEqualTo(TerminalStatus.EXPIRED);
  }

  @Test
  void theLastFailureFailsTheRequestAndBuriesIt() {
    State state = WAITING;
    Decision decision = null;
    for (int attempt = 1; attempt <= BackoffRetries.DEFAULT.maxFailures(); attempt++) {
      state = next(granted(attempt), state, NOW);
      decision =
          LIFECYCLE.decide(
              new Event.Ended(failure("id", attempt, SESSION, FailureCategory.RETRYABLE, NOW)),
              state,
              NOW);
      state = decision.change().orElseThrow();
    }
    assertThat(result(decision).getStatus()).isEqualTo(TerminalStatus.FAILED);
    assertThat(result(decision).getAttempts()).isEqualTo(3);
    assertThat(decision.effects())
        .filteredOn(Effect.Bury.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            Effect.Bury.class,
            bury -> {
              assertThat(bury.letter().getSourceOffset()).isEqualTo(7);
              assertThat(bury.letter().getSourceTopic()).isEqualTo("penstock.work.standard");
            });
  }

  @Test
  void theWorkerIsToldThatItsFailureWouldBeTheLast() {
    State state = WAITING;
    for (int attempt = 1; attempt < BackoffRetries.DEFAULT.maxFailures(); attempt++) {
      State leased = next(granted(attempt), state, NOW);
      state =
          next(
              new Event.Ended(failure("id", attempt, SESSION, FailureCategory.RETRYABLE, NOW)),
              leased,
              NOW);
    }
    Decision last = LIFECYCLE.decide(granted(3), state, NOW);
    assertThat(last.effects().getFirst())
        .isInstanceOfSatisfying(
            Effect.Instruct.class,
            instruct -> assertThat(instruct.lease().getLastAttempt()).isTrue());
  }

  @Test
  void anOverloadedEngineCostsNoAttemptAndIsAvoided() {
    State after =
        next(
            new Event.Ended(failure("id", 1, SESSION, FailureCategory.OVERLOADED, NOW)),
            LEASED,
            NOW);
    assertThat(after)
        .isInstanceOfSatisfying(
            State.Waiting.class,
            waiting -> {
              assertThat(waiting.entry().getFailures()).isZero();
              assertThat(waiting.entry().getAvoidWorker()).isEqualTo(Optional.of("w"));
              assertThat(waiting.entry().getNotBefore()).isEmpty();
            });
  }

  @Test
  void cancellingALeasedRequestAnswersAtOnceAndTellsTheWorker() {
    Decision decision = LIFECYCLE.decide(new Event.CancelAsked("not needed"), LEASED, NOW);
    assertThat(result(decision).getStatus()).isEqualTo(TerminalStatus.CANCELLED);
    assertThat(result(decision).getError().orElseThrow().getMessage()).contains("not needed");
    assertThat(decision.effects().getFirst())
        .isInstanceOfSatisfying(
            Effect.Instruct.class,
            instruct -> assertThat(instruct.lease().getAction()).isEqualTo(LeaseAction.CANCEL));
  }

  @Test
  void aCancelledIdIsAnsweredWhenItArrives() {
    State cancelledBeforeArrival = next(new Event.CancelAsked(null), State.UNKNOWN, NOW);
    Decision decision =
        LIFECYCLE.decide(
            new Event.Arrived(facts("id"), ServiceClass.STANDARD, 7, null),
            cancelledBeforeArrival,
            NOW);
    assertThat(result(decision).getStatus()).isEqualTo(TerminalStatus.CANCELLED);
  }

  @Test
  void theResultSaysWhenEverythingHappenedAndWhatItCost() {
    ScoredFacts priced =
        ScoredFacts.newBuilder(facts("id"))
            .setInputPricePerMillion(2.0)
            .setOutputPricePerMillion(30.0)
            .build();
    State leased = next(granted(1), arrive(priced), NOW);
    Instant end = NOW.plusSeconds(2);
    InferenceResult result =
        result(LIFECYCLE.decide(new Event.Ended(success("id", 1, SESSION, end)), leased, end));
    assertThat(result.getCost().orElseThrow()).isEqualTo((100 * 2.0 + 10 * 30.0) / 1e6);
    assertThat(result.getLeasedAt()).contains(NOW);
    assertThat(result.getFinishedAt()).isEqualTo(end);
    assertThat(result.getChoice().orElseThrow().getReason()).isEqualTo("alias of m");
  }

  @Test
  void reprioritisingNeverSetsADeadlineInThePast() {
    State changed = next(new Event.Reprioritised(null, START), WAITING, NOW);
    assertThat(entry(changed).getFacts().getDeadline()).isEqualTo(facts("id").getDeadline());
  }

  @Test
  void anEarlierDeadlineBringsTheObjectiveForward() {
    State changed = next(new Event.Reprioritised(null, NOW.plusSeconds(1)), WAITING, NOW);
    assertThat(entry(changed).getFacts().getFirstTokenBy()).isEqualTo(NOW.plusSeconds(1));
  }

  @Test
  void finishedStatusNamesTheTopicOfTheResult() {
    Decision decision =
        LIFECYCLE.decide(new Event.Ended(success("id", 1, SESSION, NOW)), LEASED, NOW);
    assertThat(decision.effects())
        .filteredOn(Effect.Announce.class::isInstance)
        .singleElement()
        .isInstanceOfSatisfying(
            Effect.Announce.class,
            announce -> {
              assertThat(announce.status().getState()).isEqualTo(RequestState.SUCCEEDED);
              assertThat(announce.status().getResultTopic()).contains("penstock.results");
            });
  }

  private static State arrive(ScoredFacts facts) {
    return next(new Event.Arrived(facts, ServiceClass.STANDARD, 7, null), State.UNKNOWN, START);
  }

  private static Event granted(long sequence) {
    return new Event.Granted("w", SESSION, sequence, new Share(0, 0));
  }

  private static State next(Event event, State state, Instant now) {
    return LIFECYCLE.decide(event, state, now).change().orElseThrow();
  }

  private static DispatchEntry entry(State state) {
    return ((State.Waiting) state).entry();
  }

  private static InferenceResult result(Decision decision) {
    return decision.effects().stream()
        .filter(Effect.Answer.class::isInstance)
        .map(effect -> ((Effect.Answer) effect).result())
        .findFirst()
        .orElseThrow();
  }
}
