package io.penstock.compose.bench.faults.plan;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The kinds of faults that a run can have. */
public enum FaultType {
  KILL_WORKER(Action.KILL, Part.WORKER),
  PAUSE_WORKER(Action.PAUSE, Part.WORKER),
  /** An orderly disconnect, as by SIGTERM. */
  STOP_WORKER(Action.STOP, Part.WORKER),
  KILL_ACTIVE_DISPATCH(Action.KILL, Part.ACTIVE_DISPATCH),
  PAUSE_ACTIVE_DISPATCH(Action.PAUSE, Part.ACTIVE_DISPATCH),
  KILL_STANDBY_DISPATCH(Action.KILL, Part.STANDBY_DISPATCH),
  PAUSE_STANDBY_DISPATCH(Action.PAUSE, Part.STANDBY_DISPATCH),
  KILL_SCORE(Action.KILL, Part.SCORE),
  PAUSE_SCORE(Action.PAUSE, Part.SCORE),
  KILL_CONTROL(Action.KILL, Part.CONTROL),
  PAUSE_CONTROL(Action.PAUSE, Part.CONTROL),
  KILL_FRONT(Action.KILL, Part.FRONT),
  PAUSE_FRONT(Action.PAUSE, Part.FRONT),
  KILL_BROKER(Action.KILL, Part.BROKER),
  PAUSE_BROKER(Action.PAUSE, Part.BROKER),
  KILL_CONTROLLER(Action.KILL, Part.CONTROLLER),
  PAUSE_CONTROLLER(Action.PAUSE, Part.CONTROLLER),
  PARTITION_WORKER(Action.PARTITION, Part.WORKER),
  PARTITION_DISPATCH(Action.PARTITION, Part.ACTIVE_DISPATCH),
  REGISTRY_DOWN(Action.KILL, Part.REGISTRY),
  /** A front is killed and started again while there is no registry. */
  REGISTRY_DOWN_AT_START(Action.START_WITHOUT, Part.REGISTRY),
  DISK_FULL(Action.FILL_DISK, Part.BROKER),
  CLOCK_15S(Action.SKEW, Part.ANY, 20, 30),
  CLOCK_5M(Action.SKEW, Part.ANY, 20, 30),
  KAFKA_AWAY_20S(Action.KILL, Part.KAFKA, 20, 20),
  KAFKA_AWAY_40S(Action.KILL, Part.KAFKA, 40, 40),
  KAFKA_AWAY_400S(Action.KILL, Part.KAFKA, 400, 400),
  ROLLING_RESTART(Action.ROLL, Part.EVERYTHING, 0, 0);

  /** What is done. */
  public enum Action {
    /** As by {@code kill -9}; started again after a while. */
    KILL,
    /** As by SIGSTOP, and after a while by SIGCONT. */
    PAUSE,
    /** As by SIGTERM; started again after a while. */
    STOP,
    /** Its connections to Kafka carry nothing, and new ones do not come about. */
    PARTITION,
    /** A front is killed and started while the part is away. */
    START_WITHOUT,
    /** The file system of its folder is filled. */
    FILL_DISK,
    /** Its clock jumps, and after a while back. */
    SKEW,
    /** Every process is stopped and started, one after the other. */
    ROLL
  }

  /** To whom it happens. */
  public enum Part {
    WORKER,
    ACTIVE_DISPATCH,
    STANDBY_DISPATCH,
    SCORE,
    CONTROL,
    FRONT,
    BROKER,
    CONTROLLER,
    REGISTRY,
    KAFKA,
    ANY,
    EVERYTHING
  }

  private static final int SHORTEST_SECONDS = 3;
  private static final int LONGEST_SECONDS = 20;
  private static final Duration SMALL_SKEW = Duration.ofSeconds(15);
  private static final Duration GREAT_SKEW = Duration.ofMinutes(5);

  private final Action action;
  private final Part part;
  private final int leastSeconds;
  private final int mostSeconds;

  FaultType(Action action, Part part) {
    this(action, part, SHORTEST_SECONDS, LONGEST_SECONDS);
  }

  FaultType(Action action, Part part, int leastSeconds, int mostSeconds) {
    this.action = action;
    this.part = part;
    this.leastSeconds = leastSeconds;
    this.mostSeconds = mostSeconds;
  }

  public Action action() {
    return action;
  }

  public Part part() {
    return part;
  }

  int leastSeconds() {
    return leastSeconds;
  }

  int mostSeconds() {
    return mostSeconds;
  }

  /** By how much a clock jumps; zero where none does. */
  public Duration skew() {
    return switch (this) {
      case CLOCK_15S -> SMALL_SKEW;
      case CLOCK_5M -> GREAT_SKEW;
      default -> Duration.ZERO;
    };
  }

  /**
   * How long the part may take, after the fault itself, until it serves again: the next fault waits
   * for that.
   */
  public Duration recovery() {
    return switch (action) {
      case ROLL -> Duration.ofSeconds(150);
      case KILL, STOP, START_WITHOUT, FILL_DISK ->
          part == Part.KAFKA ? Duration.ofSeconds(30) : Duration.ofSeconds(12);
      case PAUSE, PARTITION, SKEW -> Duration.ofSeconds(5);
    };
  }

  /** Whether only one of several brokers may suffer it. */
  public boolean needsSeveralBrokers() {
    return part == Part.BROKER || part == Part.CONTROLLER;
  }

  /** Whether it comes only in a run that is long enough, unless somebody names it. */
  public boolean isLong() {
    return this == KAFKA_AWAY_400S;
  }

  /** As it is written in options and reports. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The type of a label. */
  public static Optional<FaultType> of(String label) {
    return Arrays.stream(values()).filter(type -> type.label().equals(label)).findFirst();
  }

  /** All labels, with commas. */
  public static String labels() {
    return Arrays.stream(values()).map(FaultType::label).collect(Collectors.joining(", "));
  }
}
