package io.penstock.compose.bench.protocol;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a simulation came to.
 *
 * @param settings what was simulated
 * @param accepted requests that were accepted
 * @param steps events that were run
 * @param simulatedSeconds time that passed in the simulation
 * @param faults faults by their kind
 * @param attempts leases granted
 * @param reexecuted times that an engine began a request that one had begun before
 * @param results terminal results
 * @param repetitions answers to repeated ids
 * @param transfers requests handed from shard to shard
 * @param batches batches that have ended
 * @param seconds real time it took
 * @param hash of the history
 * @param violation what was found; null if nothing was
 */
public record SimulationResult(
    ProtocolSettings settings,
    int accepted,
    long steps,
    double simulatedSeconds,
    Map<FaultKind, Long> faults,
    long attempts,
    long reexecuted,
    int results,
    long repetitions,
    long transfers,
    int batches,
    double seconds,
    String hash,
    @Nullable Violation violation) {

  /**
   * A violated invariant.
   *
   * @param invariant which
   * @param what how it was violated
   * @param step the number of the event in which it was
   * @param requests how many had been made until then
   */
  public record Violation(Invariant invariant, String what, long step, int requests) {}

  /** Requests without a result, where nothing can wait any more. */
  public int lost() {
    return violation == null ? accepted - results : 0;
  }

  /** Requests per second of real time. */
  public double requestsPerSecond() {
    return seconds == 0 ? 0 : accepted / seconds;
  }
}
