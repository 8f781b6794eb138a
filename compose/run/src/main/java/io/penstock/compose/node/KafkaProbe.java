package io.penstock.compose.node;

import io.penstock.compose.kafka.SecurityFaults;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;

/** Asks Kafka every 2 s, on a thread of its own, whether it is there. */
final class KafkaProbe implements AutoCloseable {

  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final Admin admin;
  private final Thread thread;
  private volatile Optional<String> problem = Optional.of("not asked yet");

  /**
   * Starts asking.
   *
   * @param admin stays the caller's to close, after this
   */
  KafkaProbe(Admin admin) {
    this.admin = admin;
    thread = Thread.ofVirtual().name("penstock-kafka-probe").start(this::run);
  }

  /** Returns what the last answer, or the lack of it, says; empty if all is well. */
  Optional<String> problem() {
    return problem;
  }

  private void run() {
    try {
      while (true) {
        problem = ask();
        Thread.sleep(INTERVAL);
      }
    } catch (InterruptedException _) {
      problem = Optional.of("the node is stopping");
    }
  }

  private Optional<String> ask() throws InterruptedException {
    try {
      admin.describeCluster().nodes().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      return Optional.empty();
    } catch (ExecutionException e) {
      return SecurityFaults.KAFKA
          .explain(e)
          .or(() -> Optional.of("Kafka does not answer: " + e.getCause().getMessage()));
    } catch (TimeoutException _) {
      return Optional.of("Kafka has not answered for %d s".formatted(TIMEOUT.toSeconds()));
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
