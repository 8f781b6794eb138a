package io.penstock.compose.bench.faults.fleet;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * A part over all its lives. Whoever takes it down says so; one that ends by itself is started
 * again, as an operator's supervisor would, each time after twice as long a pause. This class is
 * thread-safe.
 */
final class Part implements AutoCloseable {

  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
  private static final Duration STOP = Duration.ofSeconds(60);

  private final String name;
  private final Starter starter;
  private PartProcess process;
  private boolean down;
  private Duration pause = SHORTEST_PAUSE;
  private long startAgainAt;

  /** Starts a life. */
  @FunctionalInterface
  interface Starter {
    PartProcess start() throws IOException;
  }

  /** Starts its first life. */
  Part(String name, Starter starter) throws IOException {
    this.name = name;
    this.starter = starter;
    this.process = starter.start();
  }

  String name() {
    return name;
  }

  /** Its present life. */
  synchronized PartProcess process() {
    return process;
  }

  /** As by `kill -9`; it stays down until {@link #start}. */
  synchronized void kill() throws InterruptedException {
    down = true;
    process.kill();
  }

  /** It is to end, soon and by itself, or is killed; it stays down until {@link #start}. */
  synchronized void expectEnd(Duration within) throws InterruptedException {
    down = true;
    boolean _ = process.awaitEnd(within);
    process.kill();
  }

  /**
   * As by `kill`; it stays down until {@link #start}.
   *
   * @return whether it ended by itself
   */
  synchronized boolean terminate() throws InterruptedException {
    down = true;
    return process.terminate(STOP);
  }

  synchronized void start() throws IOException {
    process = starter.start();
    down = false;
    pause = SHORTEST_PAUSE;
  }

  /** Returns whether it was ready within this time, perhaps in a later life. */
  boolean awaitReady(Duration patience) throws InterruptedException {
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < patience.toNanos()) {
      if (process().awaitReady(Duration.ofSeconds(1))) {
        return true;
      }
      Thread.sleep(Duration.ofMillis(100));
    }
    return false;
  }

  /** Starts it again if it has ended by itself, and says how; for one thread. */
  Optional<String> supervise() throws IOException {
    synchronized (this) {
      if (down || process.isAlive()) {
        return Optional.empty();
      }
      long now = System.nanoTime();
      if (startAgainAt == 0) {
        startAgainAt = now + pause.toNanos();
        String end =
            "%s ended by itself with exit code %d; its log ends:%n%s"
                .formatted(name, process.exitValue(), process.logTail());
        return Optional.of(end);
      }
      if (now >= startAgainAt) {
        startAgainAt = 0;
        Duration twice = pause.multipliedBy(2);
        pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
        process = starter.start();
      }
      return Optional.empty();
    }
  }

  /** Kills it for good. */
  @Override
  public synchronized void close() {
    down = true;
    process.close();
  }
}
