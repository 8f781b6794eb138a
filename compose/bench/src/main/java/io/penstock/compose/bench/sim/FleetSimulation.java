package io.penstock.compose.bench.sim;

import java.util.ArrayList;
import java.util.List;

/** Runs one scheduler over one list of requests, from the first arrival to the last token. */
final class FleetSimulation {

  private FleetSimulation() {}

  /**
   * What a run gave.
   *
   * @param requests what became of each request
   * @param events of the virtual clock
   */
  record Outcome(FleetMetrics metrics, List<SimRequest> requests, long events) {}

  /**
   * Runs.
   *
   * @param requests by arrival; they are copied, so that a list serves many runs
   * @throws IllegalStateException if the scheduler leaves a request unserved for ever
   */
  static Outcome run(Scheduler.Factory factory, List<SimRequest> requests, FleetSettings settings) {
    VirtualClock clock = new VirtualClock();
    List<SimGpu> gpus = new ArrayList<>();
    for (int i = 0; i < settings.workers(); i++) {
      gpus.add(new SimGpu(clock, settings.profile(), settings.engine(i)));
    }
    Scheduler scheduler = factory.create(clock, gpus, settings);
    Arrivals arrivals = new Arrivals(clock, scheduler, requests);
    arrivals.next();
    Outage outage = settings.outage();
    for (int i = 0; i < outage.workers(); i++) {
      int worker = i;
      clock.at(outage.at().toNanos(), () -> scheduler.dies(worker, outage.startUp().toNanos()));
    }
    long patience = Math.max(1, requests.size()) * PATIENCE_NANOS + lastArrival(requests);
    long events = clock.runWhile(() -> !arrivals.allFinished() && clock.now() < patience);
    if (!arrivals.allFinished()) {
      throw new IllegalStateException("a request was left unserved");
    }
    return new Outcome(
        FleetMetrics.of(arrivals.arrived, gpus, clock.now()), arrivals.arrived, events);
  }

  /** No request takes an engine so long by itself. */
  private static final long PATIENCE_NANOS = 600_000_000_000L;

  private static long lastArrival(List<SimRequest> requests) {
    return requests.isEmpty() ? 0 : requests.getLast().arrival;
  }

  /** One arrival is planned at a time. */
  private static final class Arrivals {

    private final VirtualClock clock;
    private final Scheduler scheduler;
    private final List<SimRequest> coming;
    private final List<SimRequest> arrived;
    private int firstUnfinished;

    Arrivals(VirtualClock clock, Scheduler scheduler, List<SimRequest> coming) {
      this.clock = clock;
      this.scheduler = scheduler;
      this.coming = coming;
      this.arrived = new ArrayList<>(coming.size());
    }

    void next() {
      if (arrived.size() == coming.size()) {
        return;
      }
      SimRequest request = coming.get(arrived.size()).fresh();
      clock.at(
          request.arrival,
          () -> {
            arrived.add(request);
            scheduler.arrived(request);
            next();
          });
    }

    boolean allFinished() {
      while (firstUnfinished < arrived.size() && arrived.get(firstUnfinished).isFinished()) {
        firstUnfinished++;
      }
      return firstUnfinished == coming.size();
    }
  }
}
