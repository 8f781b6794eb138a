package io.penstock.streams.score.model;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.AliasPolicy;
import io.penstock.streams.score.prediction.Forecast;
import io.penstock.streams.score.prediction.PriceHours;
import io.penstock.streams.score.request.ParsedRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a batch request waits for cheaper hours. It does so only if its alias lets it and
 * the cheaper hours begin well before the deadline, since others will have waited for them too.
 */
final class OffPeak {

  /** What has to be left until the deadline when cheaper hours begin, of what is left now. */
  private static final double SLACK_SHARE = 0.25;

  private static final Duration LEAST_SLACK = Duration.ofMinutes(30);

  /** Slack as a multiple of the predicted time to finish. */
  private static final double SLACK_FINISHES = 4;

  private OffPeak() {}

  static Optional<PriceHours.Cheaper> next(
      ParsedRequest request,
      @Nullable AliasPolicy policy,
      Forecast chosen,
      Instant deadline,
      Instant now) {
    if (policy == null
        || !policy.deferBatch()
        || request.serviceClass() != ServiceClass.BATCH
        || !chosen.prices().known()) {
      return Optional.empty();
    }
    Double finish = chosen.timing().finishMillis();
    long slack =
        Math.max(
            LEAST_SLACK.toMillis(),
            (long)
                Math.max(
                    Duration.between(now, deadline).toMillis() * SLACK_SHARE,
                    finish == null ? 0 : finish * SLACK_FINISHES));
    return PriceHours.next(chosen.candidate().spec(), now, deadline.minusMillis(slack));
  }
}
