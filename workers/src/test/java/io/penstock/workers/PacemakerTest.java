package io.penstock.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.OutcomeKind;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.WorkerState;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.workers.capacity.AdaptiveLimit;
import io.penstock.workers.capacity.CapacityPolicy;
import io.penstock.workers.capacity.EnginePause;
import io.penstock.workers.capacity.EngineProbe;
import io.penstock.workers.capacity.GpuLimits;
import io.penstock.workers.capacity.GpuReading;
import io.penstock.workers.capacity.ObservedSpeed;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineListener;
import io.penstock.workers.engine.EngineLoad;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.kafka.Signal;
import io.penstock.workers.lease.LeaseEvent;
import io.penstock.workers.lease.LeaseFixture;
import io.penstock.workers.lease.RenewalReason;
import io.penstock.workers.outcome.Outbox;
import io.penstock.workers.outcome.OutcomeQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PacemakerTest {

  private static final WorkerConfig CONFIG = new WorkerConfig("w1", List.of("m2"), 4);

  private final AvroSerdes serdes = new AvroSerdes("mock://pacemaker");
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final LeaseFixture f = new LeaseFixture(4);
  private final TellingEngine engine = new TellingEngine();
  private MockProducer<String, byte[]> producer = newProducer();
  private boolean positioned = true;
  private @Nullable Error fatal;
  private final Signal signal = new Signal();
  private final OutcomeQueue queue = new OutcomeQueue(signal::raise);
  private final Outbox outbox =
      new Outbox(
          queue,
          () -> {
            if (producer.closed()) {
              producer = newProducer();
            }
            return producer;
          },
          TopicNames.DEFAULT,
          serdes.serializer(WorkerDemand.class),
          serdes.serializer(AttemptOutcome.class),
          demand -> f.leases.on(new LeaseEvent.DemandAcknowledged(demand.getSession()), f.now),
          report ->
              f.leases.on(
                  new LeaseEvent.OutcomeDelivered(
                      report.outcome().getSession(), report.partition()),
                  f.now),
          _ -> {});
  private final EnginePause pause = pause();
  private final EngineMonitor monitor =
      new EngineMonitor(
          new CapacityPolicy(4, 1000, GpuLimits.DEFAULT),
          new EngineProbe(engine, Duration.ofSeconds(5), registry, Tags.empty()),
          _ -> new GpuReading.Absent(),
          new AdaptiveLimit(4),
          pause,
          new ObservedSpeed(),
          new WorkerMeters(registry, Tags.empty()));
  private final Pacemaker pacemaker =
      new Pacemaker(
          f.leases,
          monitor,
          outbox,
          new WorkerMeters(registry, Tags.empty()),
          CONFIG,
          this::isPositioned,
          signal,
          () -> f.now);

  @Test
  void noDemandIsSentBeforeLeasesCanBeReceived() {
    positioned = false;
    pacemaker.turn(f.now);
    assertThat(producer.history()).isEmpty();
    positioned = true;
    pacemaker.turn(f.now);
    assertThat(demands()).singleElement().returns(4L, WorkerDemand::getLeaseLimit);
  }

  @Test
  void aDemandIsSentWithEachHeartbeat() {
    Instant next = pacemaker.turn(f.now);
    assertThat(next).isEqualTo(f.now.plusSeconds(1));
    f.pass(Duration.ofMillis(999));
    pacemaker.turn(f.now);
    assertThat(demands()).hasSize(1);
    f.pass(Duration.ofMillis(1));
    pacemaker.turn(f.now);
    assertThat(demands()).hasSize(2);
  }

  @Test
  void aFreedSlotIsAskedForAtOnceAndChangesCloseByTravelTogether() {
    pacemaker.turn(f.now);
    f.start(1, "a");
    f.start(2, "b");
    f.start(3, "c");
    f.pass(Duration.ofMillis(5));
    f.answer("a", 1);
    pacemaker.turn(f.now);
    assertThat(demands()).hasSize(2).last().returns(5L, WorkerDemand::getLeaseLimit);
    Instant spacingOver = f.now.plusMillis(2);
    f.answer("b", 1);
    assertThat(pacemaker.turn(f.now)).isEqualTo(spacingOver);
    f.answer("c", 1);
    assertThat(demands()).hasSize(2);
    f.now = spacingOver;
    pacemaker.turn(f.now);
    assertThat(demands()).hasSize(3).last().returns(7L, WorkerDemand::getLeaseLimit);
  }

  @Test
  void aGateThatTheEngineKeepsShutIsLookedAtAgainSoonWhileSomethingRuns() {
    engine.queuedPrefill = 0;
    pacemaker.turn(f.now);
    f.start(1, "a");
    engine.queuedPrefill = 1000;
    f.pass(Duration.ofMillis(5));
    assertThat(pacemaker.turn(f.now)).isEqualTo(f.now.plusMillis(10));
    assertThat(demands()).hasSize(2).last().returns(0L, WorkerDemand::getPrefillBudgetTokens);
    f.pass(Duration.ofMillis(10));
    engine.queuedPrefill = 10;
    pacemaker.turn(f.now);
    assertThat(demands()).hasSize(3).last().returns(990L, WorkerDemand::getPrefillBudgetTokens);
  }

  @Test
  void anEngineThatAsksForAPauseGetsNothingAndThenOneRequestUntilItAnswers() {
    pacemaker.turn(f.now);
    f.start(1, "a");
    EngineReply refusal =
        new EngineReply.Failed(
            new Failure(FailureCategory.OVERLOADED, "code", "message", null, null, 5_000L));
    f.end("a", refusal);
    f.pass(Duration.ofMillis(5));
    pacemaker.turn(f.now);
    assertThat(demands()).hasSize(2).last().returns(0L, WorkerDemand::getPrefillBudgetTokens);
    f.pass(Duration.ofSeconds(5));
    pacemaker.turn(f.now);
    assertThat(demands().getLast())
        .returns(4L, WorkerDemand::getLeaseLimit)
        .returns(1L, WorkerDemand::getPrefillBudgetTokens);
    f.start(2, "b");
    pacemaker.turn(f.now);
    f.answer("b", 1);
    f.pass(Duration.ofMillis(5));
    pacemaker.turn(f.now);
    assertThat(demands().getLast())
        .returns(2L, WorkerDemand::getLeasesReceived)
        .returns(-1L, WorkerDemand::getPrefillBudgetTokens);
  }

  @Test
  void aRateLimitPausesTheWorkerToTheSecondAndSaysSo() {
    pacemaker.turn(f.now);
    f.start(1, "a");
    f.receive(f.grant(2, "b"));
    Instant end = f.now.plusMillis(2_300);
    f.end("a", rateLimited(2_300L));
    f.pass(Duration.ofMillis(5));
    pacemaker.turn(f.now);

    assertThat(f.outcomes)
        .extracting(AttemptOutcome::getKind)
        .containsExactlyInAnyOrder(OutcomeKind.FAILED, OutcomeKind.RELEASED);
    assertThat(demands().getLast())
        .returns(0L, WorkerDemand::getPrefillBudgetTokens)
        .returns(Optional.of(end), WorkerDemand::getPausedUntil)
        .returns(Optional.of("engine_rate_limited: slow down\\nnow"), WorkerDemand::getPauseReason);
    f.now = end.minusMillis(3);
    assertThat(pacemaker.turn(f.now)).isEqualTo(end);
    f.now = end;
    pacemaker.turn(f.now);
    assertThat(demands().getLast())
        .returns(-1L, WorkerDemand::getFreeKvTokens)
        .returns(Optional.empty(), WorkerDemand::getPausedUntil)
        .matches(demand -> demand.getPrefillBudgetTokens() != 0);
  }

  @Test
  void aPauseIsToldAtOnceAlsoWhereNoWindowIsOpen() {
    pacemaker.turn(f.now);
    for (int sequence = 1; sequence <= 4; sequence++) {
      f.start(sequence, "r" + sequence);
    }
    f.pass(Duration.ofMillis(5));
    pacemaker.turn(f.now);
    int before = demands().size();
    pause.heard(rateLimited(9_000L), f.now, 4, f.now);
    f.pass(Duration.ofMillis(5));
    pacemaker.turn(f.now);

    assertThat(demands()).hasSize(before + 1).last().matches(d -> d.getPausedUntil().isPresent());
  }

  @Test
  void lostHeartbeatsBeginANewSessionOnce() {
    pacemaker.turn(f.now);
    producer.completeNext();
    String first = f.session();
    f.start(1, "a");
    for (int second = 0; second < 20; second++) {
      f.pass(Duration.ofSeconds(1));
      pacemaker.turn(f.now);
    }
    assertThat(f.session()).isNotEqualTo(first);
    assertThat(renewals(RenewalReason.HEARTBEATS_LOST)).isEqualTo(1);
    f.answer("a", 1);
    assertThat(f.outcomes).isEmpty();
  }

  @Test
  void aProducerThatFailsForGoodIsReplacedUnderANewSession() {
    pacemaker.turn(f.now);
    producer.errorNext(new AuthorizationException("no"));
    MockProducer<String, byte[]> failed = producer;
    String first = f.session();
    pacemaker.turn(f.now);
    f.pass(Duration.ofSeconds(1));
    pacemaker.turn(f.now);
    assertThat(failed.closed()).isTrue();
    assertThat(f.session()).isNotEqualTo(first);
    assertThat(demands()).isNotEmpty().allMatch(d -> d.getSession().equals(f.session()));
    assertThat(renewals(RenewalReason.PRODUCER_FAILED)).isEqualTo(1);
  }

  @Test
  void theDrainEndsWithStoppedAfterTheLastOutcomeWasDelivered() {
    pacemaker.turn(f.now);
    producer.completeNext();
    f.start(1, "a");
    f.drain(f.now.plusSeconds(9));
    f.pass(Duration.ofMillis(2));
    pacemaker.turn(f.now);
    assertThat(demands().getLast().getState()).isEqualTo(WorkerState.DRAINING);
    producer.completeNext();
    f.answer("a", 1);
    queue.add(f.reports.getFirst());
    f.pass(Duration.ofMillis(2));
    pacemaker.turn(f.now);
    assertThat(pacemaker.stopped()).isNotDone();
    assertThat(raised()).isFalse();
    while (outbox.undelivered() > 0) {
      producer.completeNext();
    }
    assertThat(raised()).as("woken by the last acknowledgement").isTrue();
    f.pass(Duration.ofMillis(2));
    pacemaker.turn(f.now);
    assertThat(pacemaker.stopped()).isDone();
    assertThat(demands().getLast())
        .returns(WorkerState.STOPPED, WorkerDemand::getState)
        .returns(1L, WorkerDemand::getOutcomesSent);
    assertThat(demands().get(1).getOutcomesSent()).as("while it was on its way").isZero();
  }

  @Test
  void aStartedRunIsLookedAtAgainByItsOwnDeadline() {
    pacemaker.turn(f.now);
    f.receive(f.grant(LeaseFixture.PARTITION, 1, "a", false, f.now.plusMillis(300)));
    Instant deadline = f.now.plusMillis(300);
    f.onWake(signal::raise);
    f.read();
    assertThat(raised()).as("woken by the start").isTrue();
    assertThat(pacemaker.turn(f.now)).isBeforeOrEqualTo(deadline);
  }

  @Test
  void aThreadThatAnErrorKillsIsNotHealthyAndDoesNotPassForStopped() {
    fatal = new OutOfMemoryError("no room");
    assertThat(pacemaker.healthy()).as("not started").isTrue();
    pacemaker.start();
    assertThatThrownBy(() -> pacemaker.stopped().get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(OutOfMemoryError.class);
    assertThat(pacemaker.healthy()).isFalse();
  }

  @Test
  void aThreadThatWasCutHasStoppedAndStaysHealthy() throws Exception {
    pacemaker.start();
    pacemaker.cut();
    pacemaker.stopped().get(10, TimeUnit.SECONDS);
    assertThat(pacemaker.healthy()).isTrue();
  }

  /** Whether the pacemaker's thread would wake now. */
  private boolean raised() {
    try {
      return signal.await(Duration.ZERO);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean isPositioned() {
    if (fatal != null) {
      throw fatal;
    }
    return positioned;
  }

  private EnginePause pause() {
    EnginePause made = new EnginePause();
    made.join(4, () -> {});
    f.pausedBy(made);
    return made;
  }

  private static EngineReply rateLimited(long retryAfterMillis) {
    return new EngineReply.Failed(
        new Failure(
            FailureCategory.OVERLOADED,
            "engine_rate_limited",
            "slow down\nnow",
            null,
            429,
            retryAfterMillis));
  }

  private double renewals(RenewalReason reason) {
    return registry.get("penstock.worker.sessions").tag("reason", reason.tag()).counter().count();
  }

  private List<WorkerDemand> demands() {
    return producer.history().stream()
        .filter(record -> record.topic().equals(TopicNames.DEFAULT.demand()))
        .map(r -> serdes.deserializer(WorkerDemand.class).deserialize(r.topic(), r.value()))
        .toList();
  }

  private static MockProducer<String, byte[]> newProducer() {
    return new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer());
  }

  /** Tells a load if given one. */
  private final class TellingEngine implements Engine {
    private long queuedPrefill = -1;

    @Override
    public String name() {
      return "fake/1";
    }

    @Override
    public boolean serves(String endpoint) {
      return true;
    }

    @Override
    public EngineReply run(EngineRequest request, EngineListener listener) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<EngineLoad> load() {
      return queuedPrefill < 0
          ? Optional.empty()
          : Optional.of(
              new EngineLoad(
                  1,
                  0,
                  OptionalLong.of(queuedPrefill),
                  OptionalLong.empty(),
                  OptionalDouble.empty(),
                  OptionalDouble.empty(),
                  f.now));
    }

    @Override
    public void close() {}
  }
}
