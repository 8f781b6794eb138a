package io.penstock.streams.control;

import io.penstock.streams.runtime.JobWatch;
import io.penstock.streams.runtime.LoopThread;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of the control loop. The process that has the routing topic's partition in the loop's
 * consumer group leads; the others wait. After an error it begins anew, with growing pauses. Other
 * threads call only {@link #start}, {@link #close} and {@link #problem}.
 */
final class ControlLoop implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ControlLoop.class);
  private static final Duration STANDBY_POLL = Duration.ofSeconds(1);
  private static final Duration LONGEST_WAIT = Duration.ofMillis(500);
  private static final Duration CLOSING = Duration.ofSeconds(2);

  /**
   * The parts of the loop.
   *
   * @param partitions the number of model partitions
   * @param watch hears of progress and failures
   */
  record Parts(
      ControlConfig config,
      String leadTopic,
      Supplier<Consumer<String, byte[]>> members,
      Function<Tables, ControlReader> readers,
      Supplier<ControlWriter> writers,
      ReplaySource replay,
      int partitions,
      Execution.ModelChanges models,
      ControlMetrics metrics,
      JobWatch watch,
      InstantSource clock) {}

  private final Parts parts;
  private final LoopThread thread;
  private volatile @Nullable Consumer<String, byte[]> member;
  private volatile @Nullable ControlReader reader;
  private volatile boolean joined;
  private volatile boolean leads;
  private volatile boolean stepped;

  ControlLoop(Parts parts) {
    this.parts = parts;
    this.thread = new LoopThread("control", this::serve, parts.watch(), parts.clock());
  }

  void start() {
    thread.start();
  }

  /** Returns whether this process leads. */
  boolean leading() {
    return leads && stepped;
  }

  /** Returns what is wrong, if anything; a process that waits to lead is well. */
  Optional<String> problem() {
    return thread.problem().or(this::waiting);
  }

  /** Returns why it has ended for good, if it has failed. */
  Optional<String> failure() {
    return thread.failure();
  }

  private Optional<String> waiting() {
    if (!joined) {
      return Optional.of("it has not joined its group");
    }
    return leads && !stepped ? Optional.of("it reads its topics") : Optional.empty();
  }

  /** Returns when the thread has ended, or a few seconds later. */
  @Override
  public void close() {
    thread.stop(this::wake, CLOSING.multipliedBy(3));
  }

  private void wake() {
    Consumer<String, byte[]> waiting = member;
    if (waiting != null) {
      waiting.wakeup();
    }
    ControlReader reading = reader;
    if (reading != null) {
      reading.wakeup();
    }
  }

  private void serve() {
    Consumer<String, byte[]> consumer = parts.members().get();
    member = consumer;
    try {
      consumer.subscribe(List.of(parts.leadTopic()), new Membership(consumer));
      while (!thread.stopped()) {
        consumer.poll(STANDBY_POLL);
        if (joined && !leads) {
          // A process that does not lead has nothing else to do; a leader is well when it has
          // decided.
          thread.progressed();
        }
        if (leads) {
          lead(consumer);
        }
      }
    } finally {
      member = null;
      ended();
      joined = false;
      consumer.close(CloseOptions.timeout(CLOSING));
    }
  }

  private void ended() {
    leads = false;
    stepped = false;
    parts.metrics().leads(false);
  }

  /** Decides until the lead is lost. */
  private void lead(Consumer<String, byte[]> consumer) {
    LOG.info("This process leads the control loop");
    Tables tables = new Tables();
    Controller controller =
        new Controller(parts.config(), tables, parts.replay(), parts.partitions());
    try (ControlReader reading = parts.readers().apply(tables);
        Execution execution = new Execution(parts, controller, reading)) {
      reader = reading;
      reading.open();
      execution.replay(parts.clock().instant());
      Instant next = parts.clock().instant();
      while (!thread.stopped() && leads) {
        Instant now = parts.clock().instant();
        Duration left = Duration.between(now, next);
        reading.turn(
            controller, left.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : atLeastNone(left));
        now = parts.clock().instant();
        if (!now.isBefore(next)) {
          next = now.plus(parts.config().interval());
          consumer.poll(Duration.ZERO);
          if (leads) {
            execution.step(now);
            stepped = true;
            thread.progressed();
          }
        }
      }
    } finally {
      reader = null;
      stepped = false;
    }
  }

  private static Duration atLeastNone(Duration wait) {
    return wait.isNegative() ? Duration.ZERO : wait;
  }

  /** Hears who leads, on the loop's thread. The partition is had, not read. */
  private final class Membership implements ConsumerRebalanceListener {

    private final Consumer<String, byte[]> consumer;

    Membership(Consumer<String, byte[]> consumer) {
      this.consumer = consumer;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      joined = true;
      consumer.pause(consumer.assignment());
      leads = !consumer.assignment().isEmpty();
      parts.metrics().leads(leads);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      if (!partitions.isEmpty()) {
        LOG.info("This process gives the lead of the control loop away");
        ended();
      }
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      if (!partitions.isEmpty()) {
        LOG.warn("This process has lost the lead of the control loop");
        ended();
      }
    }
  }
}
