package io.penstock.streams.score.prediction;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.fleet.TargetStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a request would be served on a target, so far as dispatch's last reports tell.
 *
 * <p>Work ahead is what waits of the same and of faster classes, and what runs. A place of the
 * {@code slots} comes free every {@code turnover / slots} on average, where a turnover is the time
 * from lease to outcome: predicted from the speeds and the mean size of the work ahead, or else as
 * observed lately. With {@code q} requests ahead and {@code f} free places
 *
 * <pre>
 * queue = q &lt; f ? 0 : (q - f + 1) x turnover / slots
 * first token = queue + prompt tokens / (prefill speed / workers)      (else as observed lately)
 * finish = first token + output tokens / decode speed                  (else lease to outcome)
 * </pre>
 *
 * <p>Limits: means only, so that long tails are not seen; work that arrived since the last report,
 * up to a second ago, is not counted; fairness between tenants may put a request before or behind.
 *
 * @param firstTokenMillis until the first token; null: unknown
 * @param finishMillis until the answer; null: unknown
 * @param tokensPerSecond how fast one sequence is generated; 0: unknown
 * @param served false if it is known that no worker serves the target now
 */
public record Timing(
    @Nullable Double firstTokenMillis,
    @Nullable Double finishMillis,
    double tokensPerSecond,
    boolean served) {

  public static final Timing UNKNOWN = new Timing(null, null, 0, true);

  private static final List<ServiceClass> FASTEST_FIRST =
      List.of(ServiceClass.INTERACTIVE, ServiceClass.STANDARD, ServiceClass.BATCH);

  /** Predicts for a request of a class with so many tokens. */
  public static Timing of(
      Optional<TargetStatus> status, ServiceClass serviceClass, long prompt, long output) {
    if (status.isEmpty()) {
      return UNKNOWN;
    }
    TargetStatus target = status.get();
    if (target.workers() == 0 || target.slots() == 0) {
      return new Timing(null, null, target.decodeTokensPerSecond(), false);
    }
    long requests = 0;
    long prompts = 0;
    long outputs = 0;
    for (ServiceClass each : FASTEST_FIRST.subList(0, FASTEST_FIRST.indexOf(serviceClass) + 1)) {
      TargetStatus.Backlog waiting = target.waiting(each);
      requests += waiting.requests();
      prompts += waiting.promptTokens();
      outputs += waiting.outputTokens();
    }
    double meanPrompt = requests == 0 ? prompt : (double) prompts / requests;
    double meanOutput = requests == 0 ? output : (double) outputs / requests;
    double turnover = service(target, meanPrompt, meanOutput);
    long free = Math.max(0, target.slots() - target.leased());
    double queue = requests < free ? 0 : (requests - free + 1) * turnover / target.slots();
    double first = queue + prefill(target, (double) prompt);
    double finish = queue + service(target, (double) prompt, (double) output);
    return new Timing(
        Double.isNaN(first) ? null : first,
        Double.isNaN(finish) ? null : finish,
        target.decodeTokensPerSecond(),
        true);
  }

  /** Returns whether the answer is expected by then; what is not known is taken to be. */
  public boolean finishesBy(Instant deadline, Instant now) {
    return within(finishMillis, Duration.between(now, deadline));
  }

  /** Returns whether the first token is expected by then; what is not known is taken to be. */
  public boolean beginsBy(Instant objective, Instant now) {
    return within(firstTokenMillis, Duration.between(now, objective));
  }

  private boolean within(@Nullable Double millis, Duration left) {
    return served && (millis == null || millis <= left.toMillis());
  }

  /** The time from lease to first token, in milliseconds; NaN if unknown. */
  private static double prefill(TargetStatus target, double prompt) {
    return target.prefillTokensPerSecond() > 0
        ? 1000 * prompt * target.workers() / target.prefillTokensPerSecond()
        : target.firstTokenMillis().orElse(target.serviceMillis().orElse(Double.NaN));
  }

  /** The time from lease to outcome, in milliseconds; NaN if unknown. */
  private static double service(TargetStatus target, double prompt, double output) {
    double prefill = prefill(target, prompt);
    if (output == 0) {
      return target.serviceMillis().orElse(prefill);
    }
    return target.decodeTokensPerSecond() > 0 && !Double.isNaN(prefill)
        ? prefill + 1000 * output / target.decodeTokensPerSecond()
        : target.serviceMillis().orElse(Double.NaN);
  }
}
