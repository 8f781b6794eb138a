package io.penstock.compose.bench.sim;

import io.penstock.compose.bench.trace.TraceRow;
import io.penstock.schemas.ServiceClass;
import io.penstock.workers.engine.simulated.GpuProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Makes requests of a trace: how fast they come, and which class each is. */
public enum ClassMix {

  /** Code and a random half of the rest interactive (first token in 2 s), the rest batch (60 s). */
  TWO_CLASSES {
    @Override
    Assigned assign(String type, SplittableRandom random) {
      boolean half = random.nextBoolean();
      return type.equals("code") || half
          ? new Assigned(ServiceClass.INTERACTIVE, INTERACTIVE)
          : new Assigned(ServiceClass.BATCH, BATCH);
    }
  },

  /**
   * MLPerf's limits for Llama-3.1-8B: code is interactive (first token in 0.5 s, 30 ms a token),
   * half of the rest conversational (2 s, 100 ms), here the standard class; the remaining half is
   * batch (60 s).
   */
  MLPERF {
    @Override
    Assigned assign(String type, SplittableRandom random) {
      boolean half = random.nextBoolean();
      if (type.equals("code")) {
        return new Assigned(ServiceClass.INTERACTIVE, MLPERF_INTERACTIVE);
      }
      return half
          ? new Assigned(ServiceClass.STANDARD, MLPERF_CONVERSATIONAL)
          : new Assigned(ServiceClass.BATCH, BATCH);
    }
  };

  private static final Objective INTERACTIVE = Objective.firstTokenWithin(Duration.ofSeconds(2));
  private static final Objective BATCH = Objective.firstTokenWithin(Duration.ofSeconds(60));
  private static final Objective MLPERF_INTERACTIVE =
      Objective.of(Duration.ofMillis(500), Duration.ofMillis(30));
  private static final Objective MLPERF_CONVERSATIONAL =
      Objective.of(Duration.ofSeconds(2), Duration.ofMillis(100));

  /** Output that dispatch may expect at the most beyond the true one; see {@link #requests}. */
  private static final int KV_MARGIN_TOKENS = 1024;

  record Assigned(ServiceClass serviceClass, Objective objective) {}

  /** The class of the next request. Draws once from the random numbers, whatever the type. */
  abstract Assigned assign(String type, SplittableRandom random);

  /**
   * The requests of a trace, by arrival. Those whose prompt and output fill an engine's KV cache
   * but for a small margin are left out: no policy can serve them.
   *
   * @param load how many times faster than recorded they come, above 0
   */
  List<SimRequest> requests(List<TraceRow> trace, double load, GpuProfile profile, long seed) {
    if (!(load > 0) || Double.isInfinite(load)) {
      throw new IllegalArgumentException("load is %s; it must be above 0".formatted(load));
    }
    SplittableRandom random = new SplittableRandom(seed);
    List<SimRequest> requests = new ArrayList<>(trace.size());
    for (TraceRow row : trace) {
      Assigned assigned = assign(row.type(), random);
      if (fits(row, profile)) {
        requests.add(
            new SimRequest(
                "r%08d".formatted(requests.size()),
                Math.round(row.arrivalMillis() * 1e6 / load),
                row.inputTokens(),
                row.outputTokens(),
                row.tenant(),
                row.type(),
                assigned.serviceClass(),
                assigned.objective()));
      }
    }
    return requests;
  }

  /** Returns whether an engine could run it, with a margin for what dispatch expects. */
  static boolean fits(TraceRow row, GpuProfile profile) {
    long tokens = (long) row.inputTokens() + row.outputTokens() + KV_MARGIN_TOKENS;
    return tokens <= profile.kvCapacityTokens();
  }
}
