package io.penstock.compose.bench.faults.judge;

import io.penstock.schemas.ServiceClass;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was seen of each request, in milliseconds since the begin of the load. Its size follows from
 * the number of requests: some hundred bytes each. This class is thread-safe.
 */
public final class Ledger {

  /** A time that has not come. */
  static final long NEVER = Long.MAX_VALUE;

  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /** What was seen of one request. */
  private static final class Entry {
    private @Nullable ServiceClass serviceClass;
    private long accepted = NEVER;
    private boolean written;
    private boolean acknowledged;
    private final List<String> results = new ArrayList<>(1);
    private long answered = NEVER;
    private final NavigableMap<Integer, Attempt> attempts = new TreeMap<>();
  }

  /**
   * An attempt at a request.
   *
   * @param worker who had the lease
   * @param granted when it was seen to be granted
   * @param ended when its outcome was seen
   * @param released whether the worker gave it back
   */
  record Attempt(String worker, long granted, long ended, boolean released) {}

  /**
   * What was seen of one request.
   *
   * @param serviceClass empty if only its result or its lease was seen
   * @param accepted when it was first known to be accepted
   * @param written whether it is on a topic of requests
   * @param acknowledged whether its sender was told that it is
   * @param results the status of each of its results
   * @param answered when the first one was seen
   * @param attempts by their number
   */
  record Row(
      String id,
      @Nullable ServiceClass serviceClass,
      long accepted,
      boolean written,
      boolean acknowledged,
      List<String> results,
      long answered,
      NavigableMap<Integer, Attempt> attempts) {

    boolean isAccepted() {
      return written || acknowledged;
    }
  }

  private Entry entry(String id) {
    return entries.computeIfAbsent(id, _ -> new Entry());
  }

  /** Kafka told the sender that it has the request. */
  public synchronized void acknowledged(String id, ServiceClass serviceClass, long at) {
    Entry entry = entry(id);
    entry.acknowledged = true;
    entry.serviceClass = serviceClass;
    entry.accepted = Math.min(entry.accepted, at);
  }

  /** The request was read from its topic. */
  public synchronized void written(String id, ServiceClass serviceClass, long at) {
    Entry entry = entry(id);
    entry.written = true;
    entry.serviceClass = serviceClass;
    entry.accepted = Math.min(entry.accepted, at);
  }

  /** A terminal result was read, which is no answer to a repetition. */
  public synchronized void result(String id, String status, long at) {
    Entry entry = entry(id);
    entry.results.add(status);
    entry.answered = Math.min(entry.answered, at);
  }

  /** A lease was read. */
  public synchronized void granted(String id, int attempt, String worker, long at) {
    var _ = entry(id).attempts.putIfAbsent(attempt, new Attempt(worker, at, NEVER, false));
  }

  /** An outcome was read; those of attempts that nobody granted are left out. */
  public synchronized void ended(String id, int attempt, boolean released, long at) {
    var _ =
        entry(id)
            .attempts
            .computeIfPresent(
                attempt,
                (_, known) ->
                    known.ended() == NEVER
                        ? new Attempt(known.worker(), known.granted(), at, released)
                        : known);
  }

  /** Accepted requests so far. */
  public synchronized long accepted() {
    return entries.values().stream().filter(each -> each.written || each.acknowledged).count();
  }

  /** Whether this request has a result. */
  public synchronized boolean isAnswered(String id) {
    Entry entry = entries.get(id);
    return entry != null && !entry.results.isEmpty();
  }

  /** Accepted requests without a result, in the order in which they came, at most this many. */
  public synchronized List<String> open(int atMost) {
    return entries.entrySet().stream()
        .filter(each -> each.getValue().written || each.getValue().acknowledged)
        .filter(each -> each.getValue().results.isEmpty())
        .map(Map.Entry::getKey)
        .limit(atMost)
        .toList();
  }

  /** Everything seen so far. */
  synchronized List<Row> rows() {
    return entries.entrySet().stream()
        .map(
            each -> {
              Entry entry = each.getValue();
              return new Row(
                  each.getKey(),
                  entry.serviceClass,
                  entry.accepted,
                  entry.written,
                  entry.acknowledged,
                  List.copyOf(entry.results),
                  entry.answered,
                  new TreeMap<>(entry.attempts));
            })
        .toList();
  }
}
