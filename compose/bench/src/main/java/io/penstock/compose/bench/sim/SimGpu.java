package io.penstock.compose.bench.sim;

import io.penstock.workers.engine.EngineLoad;
import io.penstock.workers.engine.simulated.BatchingListener;
import io.penstock.workers.engine.simulated.BatchingLoad;
import io.penstock.workers.engine.simulated.BatchingModel;
import io.penstock.workers.engine.simulated.BatchingSettings;
import io.penstock.workers.engine.simulated.GpuProfile;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One engine on the virtual clock. Tells its load exactly as {@code SimulatedEngine} does. A
 * request handed to it runs to its end.
 */
final class SimGpu {

  private final VirtualClock clock;
  private final GpuProfile profile;
  private final BatchingSettings settings;
  private BatchingModel<SimRequest> model;
  private Watcher watcher = new Watcher() {};
  private boolean stepPlanned;
  private int lives;
  private long busy;

  /** Receives what happens in the engine, when it happens. */
  interface Watcher {
    default void firstToken(SimRequest request) {}

    default void finished(SimRequest request) {}

    /** An iteration has ended. */
    default void stepped() {}
  }

  SimGpu(VirtualClock clock, GpuProfile profile, BatchingSettings settings) {
    this.clock = clock;
    this.profile = profile;
    this.settings = settings;
    this.model = new BatchingModel<>(profile, settings, clock.now(), new Progress());
  }

  void watchedBy(Watcher newWatcher) {
    watcher = newWatcher;
  }

  void submit(SimRequest request) {
    model.submit(request, request.promptTokens, request.outputTokens, clock.now());
    planStep();
  }

  /** Loses all it runs and is empty again. Nobody watches it then. */
  void die() {
    lives++;
    watcher = new Watcher() {};
    stepPlanned = false;
    model = new BatchingModel<>(profile, settings, clock.now(), new Progress());
  }

  /** Returns whether it could ever run a request. */
  boolean fits(SimRequest request) {
    return model.fits(request.promptTokens, request.outputTokens);
  }

  BatchingLoad load() {
    return model.load();
  }

  GpuProfile profile() {
    return profile;
  }

  /** The speed as a share of its profile's: 0.5 takes twice as long. */
  double speed() {
    return settings.speed();
  }

  int chunkTokens() {
    return settings.chunkTokens();
  }

  /** Nanoseconds spent in iterations that have begun. */
  long busy() {
    return busy;
  }

  /** Seconds of one decode step as things are. */
  double stepSeconds() {
    BatchingLoad load = model.load();
    return profile.decodeStepSeconds(Math.max(1, load.decoding()), load.residentTokens()) / speed();
  }

  /** Its load as the engine interface words it. */
  EngineLoad engineLoad() {
    BatchingLoad load = model.load();
    double step = profile.decodeStepSeconds(Math.max(1, load.decoding()), load.residentTokens());
    return new EngineLoad(
        load.running(),
        load.waiting(),
        OptionalLong.of(load.queuedPrefillTokens()),
        OptionalLong.of(load.freeKvTokens()),
        OptionalDouble.of(profile.prefillTokensPerSecond() * speed()),
        OptionalDouble.of(speed() / step),
        clock.instant());
  }

  private void planStep() {
    long next = model.nextEventNanos();
    if (stepPlanned || next == BatchingModel.IDLE) {
      return;
    }
    stepPlanned = true;
    busy += next - clock.now();
    int life = lives;
    clock.at(next, () -> step(life));
  }

  private void step(int life) {
    if (life != lives) {
      return;
    }
    model.advance(clock.now());
    stepPlanned = false;
    planStep();
    watcher.stepped();
  }

  private final class Progress implements BatchingListener<SimRequest> {

    @Override
    public void firstToken(SimRequest request, long atNanos) {
      request.firstToken(atNanos);
      watcher.firstToken(request);
    }

    @Override
    public void finished(SimRequest request, long atNanos) {
      request.finished(atNanos);
      watcher.finished(request);
    }

    @Override
    public void failed(SimRequest request, long atNanos) {
      throw new IllegalStateException("no faults were asked for");
    }
  }
}
