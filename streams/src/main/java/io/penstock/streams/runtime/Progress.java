package io.penstock.streams.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tells whether a job gets on with its work. It is stalled where something has waited for longer
 * than the {@linkplain ProgressSettings#patience patience} and nothing of the same part was
 * completed meanwhile, or where its threads fail again and again.
 *
 * <p>A part is what can stand still by itself, such as a partition or a thread. Times are those of
 * {@link System#nanoTime}, so that setting a clock stalls nobody. This class is thread-safe.
 */
public final class Progress {

  private static final int LONGEST_REASON = 300;

  /** The work that waits for one part, and the time since which none of it was completed. */
  private record Waiting(long records, long sinceNanos) {}

  private final ProgressSettings settings;
  private final Map<String, Waiting> waiting = new HashMap<>();
  private final Deque<Long> failures = new ArrayDeque<>();
  private String lastFailure = "";

  public Progress(ProgressSettings settings) {
    this.settings = settings;
  }

  /**
   * Says what a part has before it.
   *
   * @param records that wait or are being worked on; 0: the part is idle
   */
  public synchronized void waiting(String part, long records, long nanoTime) {
    if (records <= 0) {
      waiting.remove(part);
      return;
    }
    Waiting known = waiting.get(part);
    waiting.put(part, new Waiting(records, known == null ? nanoTime : known.sinceNanos()));
  }

  /** Returns how many records wait or are being worked on, in all parts together. */
  public synchronized long backlog() {
    return waiting.values().stream().mapToLong(Waiting::records).sum();
  }

  /** Notes that a part completed something for good: it was committed, not merely tried. */
  public synchronized void completed(String part, long nanoTime) {
    waiting.computeIfPresent(part, (same, known) -> new Waiting(known.records(), nanoTime));
  }

  /** These parts are somebody else's now. */
  public synchronized void gone(Collection<String> parts) {
    parts.forEach(waiting::remove);
  }

  /** A thread failed, for this reason. */
  public synchronized void failed(String reason, long nanoTime) {
    failures.addLast(nanoTime);
    // No more are needed to tell that there were too many.
    while (failures.size() > settings.failures() + 1) {
      failures.removeFirst();
    }
    lastFailure =
        reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON) + "...";
  }

  /**
   * Returns why the job is stalled, if it is, as the end of a sentence that begins with the job.
   */
  public synchronized Optional<String> problem(long nanoTime) {
    long recent =
        failures.stream().filter(at -> nanoTime - at <= settings.within().toNanos()).count();
    if (recent > settings.failures()) {
      return Optional.of(
          "its threads failed more than %d times within %d s, the last time with %s"
              .formatted(settings.failures(), settings.within().toSeconds(), lastFailure));
    }
    return waiting.entrySet().stream()
        .filter(each -> nanoTime - each.getValue().sinceNanos() > settings.patience().toNanos())
        .min(Map.Entry.comparingByKey())
        .map(
            each ->
                "it makes no progress: %s has %d waiting and has completed nothing for %d s%s"
                    .formatted(
                        each.getKey(),
                        each.getValue().records(),
                        Duration.ofNanos(nanoTime - each.getValue().sinceNanos()).toSeconds(),
                        failureSince(each.getValue().sinceNanos())));
  }

  private String failureSince(long nanoTime) {
    Long last = failures.peekLast();
    return last == null || last - nanoTime < 0 ? "" : "; the last failure was " + lastFailure;
  }
}
