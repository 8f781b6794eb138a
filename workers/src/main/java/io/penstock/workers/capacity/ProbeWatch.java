package io.penstock.workers.capacity;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports whether a probe can read its source: a gauge, a counter, and a log line on each change.
 */
final class ProbeWatch {

  private static final Logger LOG = LoggerFactory.getLogger(ProbeWatch.class);

  private enum SourceState {
    UNKNOWN(0),
    ABSENT(0),
    OBSERVED(1),
    LOST(-1);

    private final int level;

    SourceState(int level) {
      this.level = level;
    }
  }

  private final String probe;
  private final String whenAbsent;
  private final AtomicReference<SourceState> state = new AtomicReference<>(SourceState.UNKNOWN);
  private final Counter losses;

  /**
   * @param probe its name in metrics and log lines
   * @param whenAbsent what its absence means, for a person
   */
  ProbeWatch(String probe, String whenAbsent, MeterRegistry meters, Tags tags) {
    this.probe = probe;
    this.whenAbsent = whenAbsent;
    Tags tagged = tags.and("probe", probe);
    Gauge.builder("penstock.worker.probe", state, now -> now.get().level)
        .description("1: the probe has its source, 0: there is none, -1: it has lost it")
        .tags(tagged)
        .register(meters);
    this.losses =
        Counter.builder("penstock.worker.probe.losses")
            .description("How often the probe lost its source")
            .tags(tagged)
            .register(meters);
  }

  void observed() {
    if (changedTo(SourceState.OBSERVED)) {
      LOG.info("Probe {} has its source", probe);
    }
  }

  void absent() {
    if (changedTo(SourceState.ABSENT)) {
      LOG.info("Probe {} has no source: {}", probe, whenAbsent);
    }
  }

  void lost(String cause) {
    if (changedTo(SourceState.LOST)) {
      losses.increment();
      LOG.warn(
          "Probe {} has lost its source, capacity falls to half of the slots: {}", probe, cause);
    }
  }

  private boolean changedTo(SourceState next) {
    return state.getAndSet(next) != next;
  }
}
