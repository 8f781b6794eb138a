package io.penstock.streams.runtime;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Tells a job's progress what its stream threads see: what waits in their partitions, what they
 * committed, and whether a thread comes back from what it polled. Partitions of the same number are
 * one part, since one task takes them all, by their urgency.
 */
final class WorkReport {

  static final WorkReport NONE = new WorkReport(null, () -> 0);

  /** Looking takes some microseconds, and a thread polls up to a thousand times a second. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final @Nullable Progress progress;
  private final LongSupplier nanoTime;

  WorkReport(@Nullable Progress progress, LongSupplier nanoTime) {
    this.progress = progress;
    this.nanoTime = nanoTime;
  }

  Reader reader() {
    return new Reader();
  }

  /** What was read of these partitions is done for good. */
  void committed(Set<TopicPartition> partitions) {
    if (progress != null) {
      long now = nanoTime.getAsLong();
      partitions.stream()
          .map(WorkReport::part)
          .distinct()
          .forEach(part -> progress.completed(part, now));
    }
  }

  private static String part(TopicPartition partition) {
    return "partition " + partition.partition();
  }

  /** The consumer of one stream thread. Only that thread uses it. */
  final class Reader {

    private final Set<String> parts = new HashSet<>();
    private long lookedAt;
    private boolean looked;
    private @Nullable String thread;

    /** The thread is back, and all it polled is worked on or in its buffers. */
    void returned() {
      if (progress != null && thread != null) {
        progress.waiting(thread, 0, nanoTime.getAsLong());
      }
    }

    /** The thread has polled so many records. */
    void polled(Consumer<?, ?> consumer, int records) {
      if (progress == null) {
        return;
      }
      long now = nanoTime.getAsLong();
      thread = "thread " + Thread.currentThread().getName();
      progress.waiting(thread, records, now);
      if (!looked || now - lookedAt >= LOOK_NANOS) {
        looked = true;
        lookedAt = now;
        look(progress, consumer, now);
      }
    }

    private void look(Progress to, Consumer<?, ?> consumer, long now) {
      Map<String, Long> lags = new TreeMap<>();
      for (TopicPartition each : consumer.assignment()) {
        lags.merge(part(each), consumer.currentLag(each).orElse(0), Long::sum);
      }
      parts.removeAll(lags.keySet());
      to.gone(parts);
      parts.clear();
      parts.addAll(lags.keySet());
      lags.forEach((part, lag) -> to.waiting(part, lag, now));
    }

    /** The thread ends; another has to say anew what waits. */
    void gone() {
      if (progress != null) {
        progress.gone(parts);
        if (thread != null) {
          progress.gone(Set.of(thread));
        }
      }
    }
  }
}
