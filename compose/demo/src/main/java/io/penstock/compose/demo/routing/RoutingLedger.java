package io.penstock.compose.demo.routing;

import io.penstock.compose.bench.load.FirstResults;
import io.penstock.compose.bench.load.FirstResults.Arrival;
import io.penstock.compose.bench.load.ResultTap;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.cluster.ClusterConnection;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Records what was sent and what came back, with the results themselves. This class is thread-safe.
 */
public final class RoutingLedger implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(50);

  private final ResultTap tap;
  private final FirstResults book = new FirstResults();
  private final Map<String, InferenceResult> results = new LinkedHashMap<>();

  /** Reads the results topic from now on. */
  public RoutingLedger(ClusterConnection connection, String resultsTopic) {
    tap = new ResultTap(connection, resultsTopic);
    tap.tell((result, micros) -> enter(result));
  }

  private synchronized void enter(InferenceResult result) {
    if (book.result(result.getId()) == Arrival.FIRST) {
      results.put(result.getId(), result);
      notifyAll();
    }
  }

  /** The caller notes the request before it sends it. */
  public synchronized void sending(String id) {
    book.sending(id);
  }

  public synchronized int sent() {
    return book.sent();
  }

  public synchronized int duplicates() {
    return book.duplicates();
  }

  /** Returns how many of those sent have no result yet. */
  public synchronized int open() {
    return book.open();
  }

  /** The results so far, in the order they came. */
  public synchronized List<InferenceResult> results() {
    return List.copyOf(results.values());
  }

  /** The result of a request, if it has come. */
  public synchronized Optional<InferenceResult> result(String id) {
    return Optional.ofNullable(results.get(id));
  }

  /** Returns how many results fulfil this. */
  public synchronized long count(Predicate<InferenceResult> wanted) {
    return results.values().stream().filter(wanted).count();
  }

  /** Returns how many results are failures of whatever kind. */
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
