package io.penstock.compose.bench.sim;

import io.penstock.compose.bench.trace.TraceFile;
import io.penstock.compose.bench.trace.TraceGenerator;
import io.penstock.compose.bench.trace.TraceRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a sweep of the rank's parameters: every trace at every load with every share of
 * slow workers. The made-up trace is always among them.
 *
 * @param traces recorded ones, or folders, of which the Azure and Mooncake files are meant
 * @param loads how many times faster than recorded requests come
 * @param slowShares what part of the workers takes twice as long, 0 to 1
 * @param mostRequests of each trace, its first ones: 1 or more
 * @param base all the rest; its trace, load, share of slow workers and policies do not count
 */
public record FleetSweepSettings(
    List<Path> traces,
    List<Double> loads,
    List<Double> slowShares,
    int mostRequests,
    FleetBenchSettings base) {

  private static final List<String> OF_A_FOLDER =
      List.of("azure2023_merged.csv", "mooncake_synthetic.csv");

  public FleetSweepSettings {
    traces = List.copyOf(traces);
    loads = List.copyOf(loads);
    slowShares = List.copyOf(slowShares);
    if (loads.isEmpty()) {
      throw new IllegalArgumentException("loads is empty; name at least one");
    }
    if (slowShares.isEmpty()) {
      throw new IllegalArgumentException("slow-shares is empty; name at least one");
    }
    if (mostRequests < 1) {
      throw new IllegalArgumentException(
          "most-requests is %d; it must be 1 or more".formatted(mostRequests));
    }
    for (double load : loads) {
      for (double slowShare : slowShares) {
        at(base, null, load, slowShare);
      }
    }
  }

  /** One trace at one load with one share of slow workers. */
  FleetBenchSettings at(@Nullable Path trace, double load, double slowShare) {
    return at(base, trace, load, slowShare);
  }

  /**
   * The traces, null for the made-up one.
   *
   * @throws IllegalArgumentException if a folder has none of the files that are looked for
   */
  List<@Nullable Path> sources() {
    List<@Nullable Path> sources = new ArrayList<>();
    sources.add(null);
    for (Path trace : traces) {
      if (Files.isDirectory(trace)) {
        List<Path> found =
            OF_A_FOLDER.stream().map(trace::resolve).filter(Files::isRegularFile).toList();
        if (found.isEmpty()) {
          throw new IllegalArgumentException(
              "trace is the folder %s; it must have one of %s or be a file"
                  .formatted(trace, String.join(", ", OF_A_FOLDER)));
        }
        sources.addAll(found);
      } else {
        sources.add(trace);
      }
    }
    return sources;
  }

  /** The first requests of a trace. */
  List<TraceRow> rows(@Nullable Path trace, long seed) throws IOException {
    List<TraceRow> rows =
        trace == null ? TraceGenerator.DEFAULT.generate(seed) : TraceFile.read(trace);
    return rows.subList(0, Math.min(rows.size(), mostRequests));
  }

  private static FleetBenchSettings at(
      FleetBenchSettings base, @Nullable Path trace, double load, double slowShare) {
    return new FleetBenchSettings(
        trace,
        base.mix(),
        base.profile(),
        base.workers(),
        slowShare,
        load,
        base.delay(),
        List.of(),
        base.repeats(),
        base.seed());
  }
}
