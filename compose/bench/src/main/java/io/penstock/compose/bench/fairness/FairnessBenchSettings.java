package io.penstock.compose.bench.fairness;

import io.penstock.compose.bench.trace.TraceFile;
import io.penstock.compose.bench.trace.TraceRow;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.dispatch.fairness.FairnessSettings;
import io.penstock.workers.engine.simulated.GpuProfile;
import io.penstock.workers.engine.simulated.GpuProfiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the comparison. With a recorded trace the first repeat is the trace itself; in
 * the others each request comes up to half a second earlier or later.
 *
 * @param trace a recorded trace, or null for a generated one
 * @param profile of all workers, by its name among the built-in ones
 * @param workers how many, 1 to 1000
 * @param serviceClass of all requests
 * @param fairness how Penstock shares
 * @param repeats 1 to 100
 * @param seed of the first repeat
 */
public record FairnessBenchSettings(
    @Nullable Path trace,
    String profile,
    int workers,
    ServiceClass serviceClass,
    FairnessSettings fairness,
    int repeats,
    long seed) {

  static final Duration DELAY = Duration.ofMillis(5);
  private static final double JITTER_MILLIS = 500;

  public FairnessBenchSettings {
    if (repeats < 1 || repeats > 100) {
      throw new IllegalArgumentException(
          "repeat is %d; it must be from 1 to 100".formatted(repeats));
    }
    if (workers < 1 || workers > 1000) {
      throw new IllegalArgumentException(
          "workers is %d; it must be from 1 to 1000".formatted(workers));
    }
    GpuProfiles.builtIn().named(profile);
  }

  GpuProfile gpuProfile() {
    return GpuProfiles.builtIn().named(profile);
  }

  String traceName() {
    return trace == null ? "generated" : trace.getFileName().toString();
  }

  /** The requests of one repeat, by arrival. */
  List<TraceRow> rows(int repeat) throws IOException {
    if (trace == null) {
      return TenantTrace.DEFAULT.generate(seed + repeat);
    }
    List<TraceRow> recorded = TraceFile.read(trace);
    if (repeat == 0) {
      return recorded;
    }
    SplittableRandom random = new SplittableRandom(seed + repeat);
    double last = recorded.getLast().arrivalMillis();
    List<TraceRow> moved = new ArrayList<>(recorded.size());
    for (TraceRow row : recorded) {
      double at = row.arrivalMillis() + (2 * random.nextDouble() - 1) * JITTER_MILLIS;
      moved.add(
          new TraceRow(
              Math.clamp(at, 0, last),
              row.inputTokens(),
              row.outputTokens(),
              row.tenant(),
              row.type()));
    }
    moved.sort(Comparator.comparingDouble(TraceRow::arrivalMillis));
    return moved;
  }
}
