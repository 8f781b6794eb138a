package io.penstock.compose.bench.sim;

import io.penstock.workers.engine.simulated.GpuProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * A router that hands every request to a worker at once; it then waits in that worker's engine, in
 * order of arrival. The router counts what it gave and knows at once what has finished, unless its
 * knowledge is renewed only every so often.
 */
final class PushFleet implements Scheduler {

  private final VirtualClock clock;
  private final List<SimGpu> gpus;
  private final long delay;
  private final boolean fresh;
  private final Placement placement;
  private final SplittableRandom random;
  private final int[] requests;
  private final double[] workSeconds;
  private List<Placement.WorkerState> known;

  private PushFleet(
      VirtualClock clock,
      List<SimGpu> gpus,
      FleetSettings settings,
      Placement placement,
      Duration staleness) {
    this.clock = clock;
    this.gpus = gpus;
    this.delay = settings.delay().toNanos();
    this.placement = placement;
    this.random = new SplittableRandom(settings.seed());
    this.requests = new int[gpus.size()];
    this.workSeconds = new double[gpus.size()];
    this.fresh = staleness.isZero();
    this.known = state();
    for (int i = 0; i < gpus.size(); i++) {
      gpus.get(i).watchedBy(new Account(i));
    }
    if (!fresh) {
      clock.every(staleness.toNanos(), () -> known = state());
    }
  }

  /**
   * A router.
   *
   * @param staleness how old its knowledge gets; zero: always fresh
   */
  static Factory of(Supplier<Placement> placement, Duration staleness) {
    return (clock, gpus, settings) ->
        new PushFleet(clock, gpus, settings, placement.get(), staleness);
  }

  @Override
  public void arrived(SimRequest request) {
    int chosen = placement.choose(request, fresh ? state() : known, random);
    SimGpu gpu = gpus.get(chosen);
    requests[chosen]++;
    workSeconds[chosen] += seconds(request, gpu);
    clock.after(delay, () -> gpu.submit(request));
  }

  private List<Placement.WorkerState> state() {
    List<Placement.WorkerState> state = new ArrayList<>(gpus.size());
    for (int i = 0; i < gpus.size(); i++) {
      state.add(new Placement.WorkerState(requests[i], workSeconds[i]));
    }
    return state;
  }

  /** The engine's time that a request takes in a batch of half the greatest size. */
  private static double seconds(SimRequest request, SimGpu gpu) {
    GpuProfile profile = gpu.profile();
    int batch = Math.max(1, profile.maxBatch() / 2);
    double step = profile.decodeStepSeconds(batch, profile.kvCapacityTokens() / 2);
    double decode = step / batch * request.outputTokens;
    return (profile.prefillSeconds(request.promptTokens) + decode) / gpu.speed();
  }

  private final class Account implements SimGpu.Watcher {

    private final int worker;

    private Account(int worker) {
      this.worker = worker;
    }

    @Override
    public void finished(SimRequest request) {
      requests[worker]--;
      workSeconds[worker] -= seconds(request, gpus.get(worker));
    }
  }
}
