package io.penstock.workers.capacity;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once per change whether a probe has its source: a gauge, a counter and a line in the log.
 */
final class ProbeWatch {

  private static final Logger LOG = LoggerFactory.getLogger(ProbeWatch.class);

  private enum State {
    UNKNOWN(0),
    ABSENT(0),
    OBSERVED(1),
    LOST(-1);

    private final int level;

    State(int level) {
      this.level = level;
    }
  }

  private final String probe;
  private final String whenAbsent;
  private final AtomicReference<State> state = new AtomicReference<>(State.UNKNOWN);
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
    if (changedTo(State.OBSERVED)) {
      LOG.info("Probe {} has its source", probe);
    }
  }

  void absent() {
    if (changedTo(State.ABSENT)) {
      LOG.info("Probe {} has no source: {}", probe, whenAbsent);
    }
  }

  void lost(String cause) {
    if (changedTo(State.LOST)) {
      losses.increment();
      LOG.warn(
          "Probe {} has lost its source, capacity falls to half of the slots: {}", probe, cause);
    }
  }

  private boolean changedTo(State next) {
    return state.getAndSet(next) != next;
  }
}
