package io.penstock.compose.demo;

import io.penstock.compose.bench.load.FirstResults;
import io.penstock.compose.bench.load.FirstResults.Arrival;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The demo's books: what was submitted against every result that stands on the results topic. A
 * request without a result is lost, a second result of an id is a duplicate; both are counted from
 * the log itself and not from what any component of Penstock claims. This class is thread-safe.
 */
public final class DemoLedger {

  /** How many lost ids a report names. */
  private static final int NAMED_LOSSES = 5;

  private static final long LONGEST_MICROS = Duration.ofHours(24).toNanos() / 1000;

  private final FirstResults results = new FirstResults();
  private final Map<ServiceClass, Histogram> queueing = new EnumMap<>(ServiceClass.class);
  private long succeeded;
  private long failed;
  private long tokens;
  private @Nullable Instant firstSubmittedAt;
  private @Nullable Instant lastFinishedAt;
  private @Nullable String engine;
  private @Nullable String firstFailure;

  /** An empty ledger. */
  public DemoLedger() {
    for (ServiceClass serviceClass : ServiceClass.values()) {
      queueing.put(serviceClass, new Histogram(LONGEST_MICROS, 3));
    }
  }

  /** Enters a request that is about to be produced; call it before the producer may send it. */
  public synchronized void submitted(String id, Instant at) {
    results.sending(id);
    if (firstSubmittedAt == null) {
      firstSubmittedAt = at;
    }
  }

  /**
   * Enters one record of the results topic. A result of an id that nobody submitted is counted; one
   * that only repeats another is none.
   */
  public synchronized void result(InferenceResult result) {
    if (result.getRepetition().isPresent() || results.result(result.getId()) != Arrival.FIRST) {
      return;
    }
    if (result.getStatus() == TerminalStatus.SUCCEEDED) {
      succeeded++;
    } else {
      failed++;
      if (firstFailure == null) {
        firstFailure =
            result.getStatus() + result.getError().map(e -> ": " + e.getMessage()).orElse("");
      }
    }
    if (lastFinishedAt == null || result.getFinishedAt().isAfter(lastFinishedAt)) {
      lastFinishedAt = result.getFinishedAt();
    }
    measure(result);
  }

  private void measure(InferenceResult result) {
    result
        .getStartedAt()
        .ifPresent(
            started -> {
              long micros =
                  Math.max(0, Duration.between(result.getAcceptedAt(), started).toNanos() / 1000);
              queueing.get(result.getServiceClass()).recordValue(Math.min(micros, LONGEST_MICROS));
            });
    tokens += result.getUsage().map(DemoLedger::total).orElse(0L);
    if (engine == null) {
      engine = result.getEngine().orElse(null);
    }
  }

  private static long total(TokenUsage usage) {
    return usage.getPromptTokens() + usage.getCompletionTokens();
  }

  /** Requests submitted so far. */
  public synchronized long submitted() {
    return results.sent();
  }

  /** Requests that have a result so far. */
  public synchronized long answered() {
    return results.answered();
  }

  /** The books as they stand now: whatever has no result counts as lost. */
  public synchronized DemoReport report() {
    return new DemoReport(
        results.sent(),
        succeeded,
        failed,
        results.open(),
        results.duplicates() + results.strangers(),
        requestsPerSecond(),
        quantiles(ServiceClass.INTERACTIVE),
        quantiles(ServiceClass.BATCH),
        tokens,
        Optional.ofNullable(engine),
        Optional.ofNullable(firstFailure),
        results.openIds(NAMED_LOSSES));
  }

  private double requestsPerSecond() {
    if (firstSubmittedAt == null || lastFinishedAt == null) {
      return 0;
    }
    long micros = Math.max(1, Duration.between(firstSubmittedAt, lastFinishedAt).toNanos() / 1000);
    return answered() * 1e6 / micros;
  }

  private Optional<DemoReport.QueueMillis> quantiles(ServiceClass serviceClass) {
    Histogram histogram = queueing.get(serviceClass);
    return histogram.getTotalCount() == 0
        ? Optional.empty()
        : Optional.of(
            new DemoReport.QueueMillis(
                histogram.getValueAtPercentile(50) / 1e3,
                histogram.getValueAtPercentile(99) / 1e3));
  }
}
