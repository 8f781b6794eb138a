package io.penstock.workers.capacity;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Samples the GPUs on a thread of its own, since a driver may take its time, and keeps the last
 * reading. If it has never seen a GPU it stops looking.
 */
public final class GpuProbe implements AutoCloseable {

  private final GpuSource source;
  private final Duration interval;
  private final Duration staleAfter;
  private final InstantSource clock;
  private final ProbeWatch watch;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;
  private boolean seen;
  private volatile GpuReading last = new GpuReading.Absent();

  public GpuProbe(
      GpuSource source,
      Duration interval,
      Duration staleAfter,
      InstantSource clock,
      MeterRegistry meters,
      Tags tags) {
    this.source = source;
    this.interval = interval;
    this.staleAfter = staleAfter;
    this.clock = clock;
    this.watch = new ProbeWatch("gpu", "no GPU limits capacity", meters, tags);
    this.thread = Thread.ofPlatform().daemon().name("penstock-worker-gpu").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /** The last reading, or Unreadable if it is too old. The call never waits. */
  public GpuReading read(Instant now) {
    GpuReading reading = last;
    if (reading instanceof GpuReading.Observed(List<GpuReading.Device> _, Instant at)) {
      Duration age = Duration.between(at, now);
      if (age.compareTo(staleAfter) > 0) {
        String cause = "the last sample is %d ms old".formatted(age.toMillis());
        watch.lost(cause);
        return new GpuReading.Unreadable(cause);
      }
    }
    return reading;
  }

  /** Takes one sample; false if there is no GPU and looking again is of no use. */
  boolean sample() {
    try {
      List<GpuReading.Device> devices = source.read();
      if (!devices.isEmpty()) {
        seen = true;
        last = new GpuReading.Observed(devices, clock.instant());
        watch.observed();
      } else if (seen) {
        lose("no GPU reports its load");
      } else {
        watch.absent();
      }
    } catch (RuntimeException | LinkageError e) {
      if (seen) {
        lose(e.toString());
      } else {
        watch.absent();
      }
    }
    return seen;
  }

  private void lose(String cause) {
    last = new GpuReading.Unreadable(cause);
    watch.lost(cause);
  }

  private void run() {
    try (source) {
      while (sample() && !closed.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
        // The next sample is due.
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
