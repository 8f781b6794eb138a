package io.penstock.broker.batches.run;

import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchStatus;
import io.penstock.broker.batches.lifecycle.CompletionEstimate;
import io.penstock.broker.batches.lifecycle.FeedingPace;
import io.penstock.broker.batches.lifecycle.Served;
import io.penstock.schemas.InferenceResult;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the answers to a batch say of its pace: how many requests may be in flight, and when it will
 * be done. One thread changes it; others may ask for the completion at any time.
 */
final class Progress {

  private final Instant began;

  /** When requests in flight were fed. Those of an earlier owner are not among them. */
  private final Map<Integer, Instant> fedAt = new HashMap<>();

  private final ToIntFunction<String> freeSlots;

  /** Null until requests are to be fed, and it is known which model they ask for. */
  private @Nullable FeedingPace pace;

  private Served served = Served.NONE;
  private volatile CompletionEstimate estimate;

  /**
   * Of a batch that begins, or goes on after an earlier owner.
   *
   * @param freeSlots how many more requests of a model could start at once
   */
  Progress(ToIntFunction<String> freeSlots, Instant now) {
    this.freeSlots = freeSlots;
    this.began = now;
    this.estimate = CompletionEstimate.initial(now);
  }

  /** How many more requests may be fed. */
  int room(Batch batch) {
    FeedingPace current = pace;
    if (current == null) {
      String model = batch.model();
      current = FeedingPace.initial(batch.fed(), model == null ? 0 : freeSlots.applyAsInt(model));
      pace = current;
    }
    return current.room(batch.outstanding());
  }

  /** The log has a request that has no answer yet. */
  void fed(int number, Instant now) {
    fedAt.put(number, now);
  }

  /**
   * A request has its answer.
   *
   * @param fed how many requests were fed by now
   */
  void heard(InferenceResult result, int number, int fed, Instant now) {
    Instant since = fedAt.remove(number);
    Optional<Duration> service =
        result.getLeasedAt().map(leased -> Duration.between(leased, result.getFinishedAt()));
    if (pace != null && since != null && service.isPresent()) {
      // Differences of two clocks each, so it does not matter how far these are apart.
      Duration waited = Duration.between(since, now).minus(service.get());
      pace = pace.observed(number, waited, fed);
    }
    // What a predecessor left is read in a moment, and was not answered in one.
    if (!result.getFinishedAt().isBefore(began)) {
      served = served.plus(service.orElse(Duration.ZERO));
    }
  }

  /** All results that have come were heard. */
  void upTo(Batch batch, Instant now) {
    estimate = estimate.answered(served, batch.remaining(), now);
    served = Served.NONE;
  }

  /**
   * When a batch will be done, by what was heard so far; empty while too little was. The end of its
   * window stands for all that is later.
   */
  Optional<Instant> completion(Batch batch, Instant now) {
    if (batch.status() != BatchStatus.IN_PROGRESS) {
      return Optional.empty();
    }
    Instant closes = batch.order().expiresAt();
    return estimate.completion(batch.remaining(), now).map(at -> at.isAfter(closes) ? closes : at);
  }
}
