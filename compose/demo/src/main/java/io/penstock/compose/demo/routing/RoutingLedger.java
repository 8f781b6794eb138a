package io.penstock.compose.demo.routing;

import io.penstock.compose.bench.load.ResultTap;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.cluster.ClusterConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What was sent and what came back, by request id: a second result is a duplicate. Safe for use by
 * many threads.
 */
public final class RoutingLedger implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(50);

  private final ResultTap tap;
  private final Map<String, Long> sent = new LinkedHashMap<>();
  private final Map<String, InferenceResult> answered = new LinkedHashMap<>();
  private final List<String> duplicates = new ArrayList<>();

  /** Reads the results topic from now on. */
  public RoutingLedger(ClusterConnection connection, String resultsTopic) {
    tap = new ResultTap(connection, resultsTopic);
    tap.tell((result, micros) -> enter(result));
  }

  private synchronized void enter(InferenceResult result) {
    if (!sent.containsKey(result.getId())) {
      return;
    }
    if (answered.putIfAbsent(result.getId(), result) != null) {
      duplicates.add(result.getId());
    }
    notifyAll();
  }

  /** To be called before the request is sent. */
  public synchronized void sending(String id) {
    sent.put(id, System.nanoTime());
  }

  public synchronized int sent() {
    return sent.size();
  }

  public synchronized int duplicates() {
    return duplicates.size();
  }

  /** How many of those sent have no result yet. */
  public synchronized int open() {
    return sent.size() - answered.size();
  }

  /** The results so far, in the order they came. */
  public synchronized List<InferenceResult> results() {
    return List.copyOf(answered.values());
  }

  /** The result of a request, if it has come. */
  public synchronized Optional<InferenceResult> result(String id) {
    return Optional.ofNullable(answered.get(id));
  }

  /** How many results fulfil this. */
  public synchronized long count(Predicate<InferenceResult> wanted) {
    return answered.values().stream().filter(wanted).count();
  }

  /** How many results are failures of whatever kind. */
  public long failed() {
    return count(result -> result.getStatus() != TerminalStatus.SUCCEEDED);
  }

  /** Waits until everything sent is answered; false if it is not in time. */
  public synchronized boolean awaitAll(Duration patience) throws InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    while (open() > 0) {
      if (System.nanoTime() >= until) {
        return false;
      }
      wait(POLL.toMillis());
    }
    return true;
  }

  /** Where a request ran: the model, with the variant if it has several; empty if nowhere. */
  public static String ranOn(InferenceResult result) {
    return result
        .getChoice()
        .map(
            (ModelChoice choice) ->
                choice.getModel() + choice.getVariant().map(v -> "#" + v).orElse(""))
        .orElse("");
  }

  @Override
  public void close() {
    tap.close();
  }
}
