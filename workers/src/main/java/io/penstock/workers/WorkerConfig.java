package io.penstock.workers;

import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.routing.Target;
import io.penstock.schemas.settings.Range;
import io.penstock.schemas.text.Printable;
import io.penstock.workers.capacity.GpuLimits;
import io.penstock.workers.lease.LeaseTiming;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;

/**
 * The configuration of one worker. A contradiction stops the start.
 *
 * @param workerId who it is, 1 to 128 characters; one running worker per id
 * @param host where it runs, for a person
 * @param models what it serves, at least one: the registry name of a model, for all its variants,
 *     or {@code MODEL#VARIANT} for that variant only
 * @param slots requests its engine runs at once, 1 to 10,000; at least the number of model
 *     partitions it serves, or some of them wait for others
 * @param prefillChunkTokens prompt tokens the engine takes in one step, 1 to 10 million: the
 *     just-in-time gate is open while fewer than this are unprocessed
 * @param timing how long things may take
 * @param probes how often load is looked at
 * @param gpu how full a GPU may be before no more work is asked for
 */
public record WorkerConfig(
    String workerId,
    String host,
    List<String> models,
    int slots,
    int prefillChunkTokens,
    Timing timing,
    Probes probes,
    GpuLimits gpu) {

  /** The prefill chunk where none is given; vLLM's default for chunked prefill on most GPUs. */
  public static final int DEFAULT_PREFILL_CHUNK_TOKENS = 2048;

  public WorkerConfig {
    requireName("workerId", workerId);
    models = List.copyOf(models);
    if (models.isEmpty()) {
      throw new IllegalArgumentException("models is empty; name at least one model to serve");
    }
    requireTargets(models);
    Range.require("slots", slots, 1, 10_000);
    Range.require("prefillChunkTokens", prefillChunkTokens, 1, 10_000_000);
  }

  /** Uses defaults for all but the id, the models and the slots. */
  public WorkerConfig(String workerId, List<String> models, int slots) {
    this(
        workerId,
        "",
        models,
        slots,
        DEFAULT_PREFILL_CHUNK_TOKENS,
        Timing.DEFAULT,
        Probes.DEFAULT,
        GpuLimits.DEFAULT);
  }

  public WorkerConfig withHost(String newHost) {
    return new WorkerConfig(
        workerId, newHost, models, slots, prefillChunkTokens, timing, probes, gpu);
  }

  public WorkerConfig withPrefillChunkTokens(int tokens) {
    return new WorkerConfig(workerId, host, models, slots, tokens, timing, probes, gpu);
  }

  public WorkerConfig withTiming(Timing newTiming) {
    return new WorkerConfig(
        workerId, host, models, slots, prefillChunkTokens, newTiming, probes, gpu);
  }

  public WorkerConfig withProbes(Probes newProbes) {
    return new WorkerConfig(
        workerId, host, models, slots, prefillChunkTokens, timing, newProbes, gpu);
  }

  public WorkerConfig withGpu(GpuLimits newGpu) {
    return new WorkerConfig(
        workerId, host, models, slots, prefillChunkTokens, timing, probes, newGpu);
  }

  /**
   * The time-outs of a worker.
   *
   * @param heartbeat between two demands at the most, 10 ms to 1 minute
   * @param leaseTimeout the silence after which dispatch takes leases back, as configured there; at
   *     least two heartbeats
   * @param demandSpacing between two demands at the least, at most a heartbeat; changes within it
   *     travel together
   * @param attemptTimeout the longest an engine may take for a request; the deadline may be nearer
   * @param payloadTimeout the longest the read of a payload may take
   * @param stopGrace how long an interrupted engine may take to let go before the outcome is
   *     reported without it
   * @param drainGrace how long {@link Worker#drain()} lets running requests finish; may be zero
   * @param chunkLinger how long a chunk of a streamed answer may wait for others to travel with,
   *     zero to 1 s; each token comes later by up to this, and Kafka handles fewer records' batches
   */
  public record Timing(
      Duration heartbeat,
      Duration leaseTimeout,
      Duration demandSpacing,
      Duration attemptTimeout,
      Duration payloadTimeout,
      Duration stopGrace,
      Duration drainGrace,
      Duration chunkLinger) {

    public static final Timing DEFAULT =
        new Timing(
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofMillis(2),
            Duration.ofMinutes(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            Duration.ofSeconds(30),
            Duration.ZERO);

    public Timing {
      Range.require("heartbeat", heartbeat, Duration.ofMillis(10), Duration.ofMinutes(1));
      Range.require(
          "leaseTimeout", leaseTimeout, heartbeat.multipliedBy(2), Duration.ofMinutes(10));
      Range.require("demandSpacing", demandSpacing, Duration.ZERO, heartbeat);
      Range.require("attemptTimeout", attemptTimeout, Duration.ofMillis(1), Duration.ofDays(1));
      Range.require("payloadTimeout", payloadTimeout, Duration.ofMillis(1), Duration.ofMinutes(5));
      Range.require("stopGrace", stopGrace, Duration.ZERO, Duration.ofMinutes(1));
      Range.require("drainGrace", drainGrace, Duration.ZERO, Duration.ofDays(1));
      Range.require("chunkLinger", chunkLinger, Duration.ZERO, Duration.ofSeconds(1));
    }

    /** The same with another wait of chunks. */
    public Timing withChunkLinger(Duration linger) {
      return new Timing(
          heartbeat,
          leaseTimeout,
          demandSpacing,
          attemptTimeout,
          payloadTimeout,
          stopGrace,
          drainGrace,
          linger);
    }

    /** The part that bounds a lease's steps. */
    LeaseTiming ofLeases() {
      return new LeaseTiming(leaseTimeout, payloadTimeout, attemptTimeout, stopGrace, drainGrace);
    }
  }

  /**
   * The intervals at which load is read.
   *
   * @param gpuInterval between two samples of the GPUs, 100 ms to 1 minute
   * @param recheckInterval between two looks at the engine's load while it keeps the gate closed, 1
   *     ms to 1 s
   * @param staleAfter the age from which a load or a sample counts as lost; longer than gpuInterval
   */
  public record Probes(Duration gpuInterval, Duration recheckInterval, Duration staleAfter) {

    public static final Probes DEFAULT =
        new Probes(Duration.ofSeconds(1), Duration.ofMillis(10), Duration.ofSeconds(5));

    public Probes {
      Range.require("gpuInterval", gpuInterval, Duration.ofMillis(100), Duration.ofMinutes(1));
      Range.require(
          "recheckInterval", recheckInterval, Duration.ofMillis(1), Duration.ofSeconds(1));
      Range.require(
          "staleAfter", staleAfter, gpuInterval.plus(Duration.ofMillis(1)), Duration.ofMinutes(10));
    }
  }

  private static void requireTargets(List<String> models) {
    for (String model : models) {
      Target target = Target.parse(model);
      requireName("models", target.model());
      if (target.variant() != null) {
        requireName("models", target.variant());
        if (models.contains(target.model())) {
          throw new IllegalArgumentException(
              "models names %s and %s; the former is served with all its variants already"
                  .formatted(target.model(), model));
        }
      }
    }
    if (new HashSet<>(models).size() < models.size()) {
      throw new IllegalArgumentException("models %s names a model twice".formatted(models));
    }
  }

  private static void requireName(String field, String name) {
    if (name.isBlank() || name.length() > Ids.MAX_LENGTH) {
      throw new IllegalArgumentException(
          "%s '%s' must have 1 to %d characters"
              .formatted(field, Printable.of(name, Ids.MAX_LENGTH), Ids.MAX_LENGTH));
    }
    if (!Printable.of(name).equals(name)) {
      throw new IllegalArgumentException(
          "%s '%s' holds control characters; remove them".formatted(field, Printable.of(name)));
    }
  }
}
