package io.penstock.compose.bench.sim;

import io.penstock.compose.bench.trace.TraceFile;
import io.penstock.compose.bench.trace.TraceGenerator;
import io.penstock.compose.bench.trace.TraceRow;
import io.penstock.workers.engine.simulated.BatchingSettings;
import io.penstock.workers.engine.simulated.GpuProfile;
import io.penstock.workers.engine.simulated.GpuProfiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a comparison of policies. Each repeat has a seed of its own, which decides the
 * classes, the policies' random choices and, without a file, the trace.
 *
 * @param trace a recorded trace, or null for a generated one
 * @param mix which class each request is of
 * @param profile of all workers, by its name among the built-in ones
 * @param workers how many
 * @param slowShare what part of them takes twice as long, 0 to 1
 * @param load how many times faster than recorded requests come
 * @param delay of a record between worker and dispatch, each way
 * @param policies names; empty: all
 * @param repeats 1 to 100
 * @param seed of the first repeat
 * @param outage workers that die
 */
public record FleetBenchSettings(
    @Nullable Path trace,
    ClassMix mix,
    String profile,
    int workers,
    double slowShare,
    double load,
    Duration delay,
    List<String> policies,
    int repeats,
    long seed,
    Outage outage) {

  public FleetBenchSettings {
    policies = policies.isEmpty() && outage.happens() ? Policies.SURVIVING : List.copyOf(policies);
    if (outage.happens() && !Policies.SURVIVING.containsAll(policies)) {
      throw new IllegalArgumentException(
          "fail-count is for policies whose workers pull: "
              + String.join(", ", Policies.SURVIVING));
    }
    if (repeats < 1 || repeats > 100) {
      throw new IllegalArgumentException(
          "repeat is %d; it must be from 1 to 100".formatted(repeats));
    }
    if (!(load > 0 && load <= 1000)) {
      throw new IllegalArgumentException(
          "load is %s; it must be above 0 and at most 1000".formatted(load));
    }
    if (workers > 10_000) {
      throw new IllegalArgumentException(
          "workers is %d; it must be 10,000 or less".formatted(workers));
    }
    GpuProfiles.builtIn().named(profile);
    Policies.named(policies);
    fleet(profile, workers, slowShare, delay, seed).withOutage(outage);
  }

  /** Nobody dies. */
  public FleetBenchSettings(
      @Nullable Path trace,
      ClassMix mix,
      String profile,
      int workers,
      double slowShare,
      double load,
      Duration delay,
      List<String> policies,
      int repeats,
      long seed) {
    this(
        trace, mix, profile, workers, slowShare, load, delay, policies, repeats, seed, Outage.NONE);
  }

  /** The same with workers that die. */
  public FleetBenchSettings withOutage(Outage newOutage) {
    return new FleetBenchSettings(
        trace, mix, profile, workers, slowShare, load, delay, policies, repeats, seed, newOutage);
  }

  GpuProfile gpuProfile() {
    return GpuProfiles.builtIn().named(profile);
  }

  /** The fleet of one repeat. */
  FleetSettings fleet(long ofSeed) {
    return fleet(profile, workers, slowShare, delay, ofSeed).withOutage(outage);
  }

  /** The trace of one repeat. */
  List<TraceRow> rows(long ofSeed) throws IOException {
    return trace == null ? TraceGenerator.DEFAULT.generate(ofSeed) : TraceFile.read(trace);
  }

  public String traceName() {
    return trace == null ? "generated" : trace.getFileName().toString();
  }

  private static FleetSettings fleet(
      String profile, int workers, double slowShare, Duration delay, long seed) {
    BatchingSettings engine = BatchingSettings.DEFAULTS;
    return new FleetSettings(
        GpuProfiles.builtIn().named(profile),
        workers,
        slowShare,
        delay,
        engine,
        engine.chunkTokens(),
        seed);
  }
}
