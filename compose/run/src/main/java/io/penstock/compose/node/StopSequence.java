package io.penstock.compose.node;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops started parts in the reverse order of their start. A part that fails to stop does not keep
 * the others from it. This class is not thread-safe.
 */
final class StopSequence {

  private static final Logger log = LoggerFactory.getLogger(StopSequence.class);

  /** A step that stops one part. */
  private record Step(String name, AutoCloseable part) {}

  private final Deque<Step> steps = new ArrayDeque<>();

  void add(String name, AutoCloseable part) {
    steps.push(new Step(name, part));
  }

  void run() {
    while (!steps.isEmpty()) {
      Step step = steps.pop();
      long begin = System.nanoTime();
      try {
        step.part().close();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        log.warn("{} did not stop cleanly", step.name(), e);
      }
      log.debug("{} stopped after {} ms", step.name(), (System.nanoTime() - begin) / 1_000_000);
    }
  }
}
