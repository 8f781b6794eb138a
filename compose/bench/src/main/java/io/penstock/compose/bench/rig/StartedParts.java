package io.penstock.compose.bench.rig;

import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a system that a benchmark has started. They are closed once, the last one first: by
 * {@link #close}, or when the JVM ends before. Safe for use by many threads.
 */
public final class StartedParts implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StartedParts.class);

  private final Deque<AutoCloseable> parts = new ConcurrentLinkedDeque<>();
  private final Thread hook = Thread.ofPlatform().unstarted(this::closeAll);
  private volatile boolean closing;

  /** There are none yet. */
  public StartedParts() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Adds a part, which is closed before those that are there. */
  public void add(AutoCloseable part) {
    parts.push(part);
  }

  /** Leaves a part to whoever closes it before the others. */
  public void remove(AutoCloseable part) {
    boolean _ = parts.remove(part);
  }

  /** Whether the parts are being closed, or have been. */
  public boolean isClosing() {
    return closing;
  }

  /** Closes all parts. A part that fails does not keep the others from it. */
  @Override
  public void close() {
    closeAll();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The JVM is on its way down and runs the hook itself.
    }
  }

  private synchronized void closeAll() {
    closing = true;
    for (AutoCloseable part = parts.poll(); part != null; part = parts.poll()) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("a part did not stop cleanly", e);
      }
    }
  }
}
