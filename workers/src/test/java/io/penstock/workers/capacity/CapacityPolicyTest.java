package io.penstock.workers.capacity;

import static io.penstock.workers.capacity.LimitingFactor.ADAPTIVE_LIMIT;
import static io.penstock.workers.capacity.LimitingFactor.GPU_MEMORY;
import static io.penstock.workers.capacity.LimitingFactor.GPU_UTILISATION;
import static io.penstock.workers.capacity.LimitingFactor.KV_CACHE;
import static io.penstock.workers.capacity.LimitingFactor.LOST_PROBE;
import static io.penstock.workers.capacity.LimitingFactor.PREFILL_GATE;
import static io.penstock.workers.capacity.LimitingFactor.SLOTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.workers.capacity.EnginePause.Admission;
import io.penstock.workers.engine.EngineLoad;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CapacityPolicyTest {

  private static final CapacityPolicy POLICY =
      new CapacityPolicy(8, 1000, new GpuLimits(0.9, 0.8, Set.of(0)));
  private static final EngineReading SILENT = new EngineReading.Unreported();
  private static final GpuReading NO_GPU = new GpuReading.Absent();
  private static final OptionalInt NONE = OptionalInt.empty();

  record Case(
      String name,
      Holdings holdings,
      EngineReading engine,
      GpuReading gpu,
      OptionalInt adaptive,
      int leases,
      long prefill,
      long kv,
      LimitingFactor factor) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        row("free", holding(0), SILENT, NO_GPU, NONE, 8, -1, -1, SLOTS),
        row("some held", holding(5), SILENT, NO_GPU, NONE, 3, -1, -1, SLOTS),
        row("over", holding(9), SILENT, NO_GPU, NONE, 0, -1, -1, SLOTS),
        row("adaptive", holding(2), SILENT, NO_GPU, OptionalInt.of(3), 1, -1, -1, ADAPTIVE_LIMIT),
        row("gate open", holding(1), told(999, 0, 50), NO_GPU, NONE, 7, 1, 50, SLOTS),
        row("gate shut", holding(1), told(1000, 0, 50), NO_GPU, NONE, 0, 0, 50, PREFILL_GATE),
        row("unseen", unseen(300, 0, 0), told(700, 0, 9), NO_GPU, NONE, 0, 0, 9, PREFILL_GATE),
        row("no count", unseen(0, 0, 5000), told(-1, 0, 9), NO_GPU, NONE, 7, 1000, 9, SLOTS),
        row("waiting", unseen(0, 0, 5000), told(-1, 1, 9), NO_GPU, NONE, 0, 0, 9, PREFILL_GATE),
        row("kv", unseen(0, 50, 0), told(0, 0, 50), NO_GPU, NONE, 0, 1000, 0, KV_CACHE),
        row("kv left", unseen(0, 49, 0), told(0, 0, 50), NO_GPU, NONE, 7, 1000, 1, SLOTS),
        row("engine lost", holding(1), lost(), NO_GPU, NONE, 3, -1, -1, LOST_PROBE),
        row("gpu lost", holding(1), SILENT, gpuLost(), NONE, 3, -1, -1, LOST_PROBE),
        row("gpu full", holding(1), SILENT, gpu(0, 0.91, 0), NONE, 0, -1, -1, GPU_MEMORY),
        row("gpu at limit", holding(1), SILENT, gpu(0, 0.9, 0.8), NONE, 7, -1, -1, SLOTS),
        row("gpu busy", holding(1), SILENT, gpu(0, 0.1, 0.81), NONE, 0, -1, -1, GPU_UTILISATION),
        row("another gpu", holding(1), SILENT, gpu(1, 1, 1), NONE, 7, -1, -1, SLOTS));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theSmallestOfAllLimitsHolds(Case c) {
    Capacity capacity =
        POLICY.decide(c.holdings(), c.engine(), c.gpu(), c.adaptive(), Admission.OPEN);
    assertThat(capacity.leases()).isEqualTo(c.leases());
    assertThat(capacity.prefillBudgetTokens()).isEqualTo(c.prefill());
    assertThat(capacity.freeKvTokens()).isEqualTo(c.kv());
    assertThat(capacity.factor()).isEqualTo(c.factor());
  }

  @ParameterizedTest
  @CsvSource({
    "OPEN,0,8,SLOTS",
    "OPEN,3,5,SLOTS",
    "0,0,0,ENGINE_PAUSE",
    "0,3,0,ENGINE_PAUSE",
    "1,0,1,ENGINE_PAUSE",
    "1,1,0,ENGINE_PAUSE",
    "1,3,0,ENGINE_PAUSE",
    "5,3,2,ENGINE_PAUSE"
  })
  void aPausedEngineGetsNothingAndThenAsMuchAsItsPauseLeaves(
      String most, int held, int leases, LimitingFactor factor) {
    Admission admission =
        switch (most) {
          case "OPEN" -> Admission.OPEN;
          case "0" -> new Admission.Paused(Instant.EPOCH, "why");
          default -> new Admission.Limited(Integer.parseInt(most));
        };
    Capacity capacity = POLICY.decide(holding(held), SILENT, NO_GPU, NONE, admission);
    assertThat(capacity.leases()).isEqualTo(leases);
    assertThat(capacity.factor()).isEqualTo(factor);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,1", "3,1", "8,4"})
  void aLostProbeLeavesHalfOfTheSlotsAtLeastOne(int slots, int safe) {
    assertThat(new CapacityPolicy(slots, 1, GpuLimits.DEFAULT).safeConcurrency()).isEqualTo(safe);
  }

  private static Case row(
      String name,
      Holdings holdings,
      EngineReading engine,
      GpuReading gpu,
      OptionalInt adaptive,
      int leases,
      long prefill,
      long kv,
      LimitingFactor factor) {
    return new Case(name, holdings, engine, gpu, adaptive, leases, prefill, kv, factor);
  }

  private static Holdings holding(int held) {
    return new Holdings(held, held, 0, 0, 0);
  }

  private static Holdings unseen(long prompt, long kv, long unanswered) {
    return new Holdings(1, 1, prompt, kv, unanswered);
  }

  private static EngineReading told(long queued, int waiting, long freeKv) {
    return new EngineReading.Reported(
        new EngineLoad(
            1,
            waiting,
            queued < 0 ? OptionalLong.empty() : OptionalLong.of(queued),
            OptionalLong.of(freeKv),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            Instant.EPOCH));
  }

  private static EngineReading lost() {
    return new EngineReading.Lost("gone");
  }

  private static GpuReading gpuLost() {
    return new GpuReading.Unreadable("gone");
  }

  private static GpuReading gpu(int index, double memory, double utilisation) {
    return new GpuReading.Observed(
        List.of(
            new GpuReading.Device(
                index, "gpu", OptionalDouble.of(memory), OptionalDouble.of(utilisation))),
        Instant.EPOCH);
  }
}
