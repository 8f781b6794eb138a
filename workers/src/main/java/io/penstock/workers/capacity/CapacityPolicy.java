package io.penstock.workers.capacity;

import io.penstock.workers.engine.EngineLoad;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Computes how much work a worker can take now: the smallest number that its slots, the adaptive
 * limit, the engine's pause, the KV cache, the prefill gate and the GPUs allow. The result depends
 * on the arguments only.
 *
 * @param slots requests the engine runs at once, 1 or more
 * @param prefillChunkTokens the gate is open while fewer prompt tokens than this are unprocessed
 * @param gpuLimits how full a GPU may be
 */
public record CapacityPolicy(int slots, int prefillChunkTokens, GpuLimits gpuLimits) {

  /**
   * The capacity by what is known now.
   *
   * @param adaptiveLimit requests at once, as learned; empty if the engine tells its load
   * @param admission whether the engine asked for a pause, or takes less after one
   */
  public Capacity decide(
      Holdings holdings,
      EngineReading engine,
      GpuReading gpu,
      OptionalInt adaptiveLimit,
      EnginePause.Admission admission) {
    Map<LimitingFactor, Integer> allowed = new EnumMap<>(LimitingFactor.class);
    allowed.put(LimitingFactor.SLOTS, slots - holdings.held());
    adaptiveLimit.ifPresent(
        limit -> allowed.put(LimitingFactor.ADAPTIVE_LIMIT, limit - holdings.held()));
    switch (admission) {
      case EnginePause.Admission.Open() -> {}
      case EnginePause.Admission.Paused _ -> allowed.put(LimitingFactor.ENGINE_PAUSE, 0);
      case EnginePause.Admission.Limited(int most) ->
          allowed.put(LimitingFactor.ENGINE_PAUSE, most - holdings.held());
    }
    long prefillBudget = Capacity.UNLIMITED;
    long freeKv = Capacity.UNLIMITED;
    switch (engine) {
      case EngineReading.Unreported() -> {}
      case EngineReading.Lost(String _) -> lostProbe(allowed, holdings);
      case EngineReading.Reported(EngineLoad load) -> {
        prefillBudget = Math.max(0, prefillChunkTokens - queuedPrefillTokens(load, holdings));
        gate(allowed, LimitingFactor.PREFILL_GATE, prefillBudget > 0);
        if (load.freeKvTokens().isPresent()) {
          freeKv = Math.max(0, load.freeKvTokens().getAsLong() - holdings.unseenKvTokens());
          gate(allowed, LimitingFactor.KV_CACHE, freeKv > 0);
        }
      }
    }
    switch (gpu) {
      case GpuReading.Absent() -> {}
      case GpuReading.Unreadable(String _) -> lostProbe(allowed, holdings);
      case GpuReading.Observed observed -> gpuGates(allowed, observed);
    }
    LimitingFactor factor = smallest(allowed);
    return new Capacity(Math.max(0, allowed.get(factor)), prefillBudget, freeKv, factor, allowed);
  }

  /** The requests at once while a probe is lost: half of the slots, at least one. */
  public int safeConcurrency() {
    return Math.max(1, slots / 2);
  }

  private void lostProbe(Map<LimitingFactor, Integer> allowed, Holdings holdings) {
    allowed.put(LimitingFactor.LOST_PROBE, safeConcurrency() - holdings.held());
  }

  /**
   * Takes the engine's own count where there is one. If the engine counts requests only and none
   * waits, nothing is queued; otherwise every prompt without a first token counts in full.
   */
  private static long queuedPrefillTokens(EngineLoad load, Holdings holdings) {
    long told =
        load.queuedPrefillTokens()
            .orElse(load.waiting() > 0 ? holdings.unansweredPromptTokens() : 0);
    return told + holdings.unseenPromptTokens();
  }

  private void gpuGates(Map<LimitingFactor, Integer> allowed, GpuReading.Observed observed) {
    boolean memoryFree = true;
    boolean timeFree = true;
    for (GpuReading.Device device : observed.devices()) {
      if (gpuLimits.devices().isEmpty() || gpuLimits.devices().contains(device.index())) {
        memoryFree &= device.memoryFraction().orElse(0) <= gpuLimits.maxMemoryFraction();
        timeFree &= device.utilisation().orElse(0) <= gpuLimits.maxUtilisation();
      }
    }
    gate(allowed, LimitingFactor.GPU_MEMORY, memoryFree);
    gate(allowed, LimitingFactor.GPU_UTILISATION, timeFree);
  }

  private void gate(Map<LimitingFactor, Integer> allowed, LimitingFactor factor, boolean open) {
    if (!open) {
      allowed.put(factor, 0);
    }
  }

  private static LimitingFactor smallest(Map<LimitingFactor, Integer> allowed) {
    LimitingFactor least = LimitingFactor.SLOTS;
    for (Map.Entry<LimitingFactor, Integer> entry : allowed.entrySet()) {
      if (Math.max(0, entry.getValue()) < Math.max(0, allowed.get(least))) {
        least = entry.getKey();
      }
    }
    return least;
  }
}
