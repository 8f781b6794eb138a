package io.penstock.streams.dispatch.move;

import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.fleet.TargetStatus;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.dispatch.session.Speeds;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Predicts how a request would fare elsewhere, by what the fleet reports and by what was moved
 * there since. Reports are a second old, and within a second a whole backlog could follow the first
 * request that found an idle place. An instance belongs to one thread.
 */
public final class Prospects {

  /** The longest that a report takes to show what was moved. */
  private static final Duration UNREPORTED = Duration.ofSeconds(2);

  private final Speeds assumed;
  private final Map<Target, Claims> claims = new HashMap<>();

  /** The requests moved to a target in this period and in the one before. */
  private static final class Claims {
    private Instant since = Instant.MIN;
    private Work before = Work.NONE;
    private Work now = Work.NONE;
  }

  /**
   * @param assumed speeds of workers that have not observed their own
   */
  public Prospects(Speeds assumed) {
    this.assumed = assumed;
  }

  /** Returns what is known of an alternative. */
  public MoveOption of(
      ModelAlternative to, ServiceClass serviceClass, FleetView fleet, Instant now) {
    Target target = Target.of(to);
    Optional<TargetStatus> status =
        fleet
            .status(target, now)
            // Workers of the model serve its variants; nothing waited for this one so far.
            .or(
                () ->
                    target.variant() == null
                        ? Optional.empty()
                        : fleet.status(Target.ofModel(target.model()), now));
    return status
        .map(
            known ->
                new MoveOption(to, known.health(), start(to, serviceClass, target, known, now)))
        .orElseGet(() -> new MoveOption(to, null, OptionalDouble.empty()));
  }

  /** Notes that a request goes there. */
  public void claimed(ModelAlternative to, Instant now) {
    Claims claimed = current(Target.of(to), now);
    claimed.now = claimed.now.plus(new Work(to.getPromptTokens(), to.getPredictedOutputTokens()));
  }

  private OptionalDouble start(
      ModelAlternative to,
      ServiceClass serviceClass,
      Target target,
      TargetStatus status,
      Instant now) {
    if (status.workers() == 0 || status.health() != TargetHealth.HEALTHY) {
      return OptionalDouble.empty();
    }
    Claims claimed = current(target, now);
    Work ahead = claimed.now.plus(claimed.before);
    for (ServiceClass each : ServiceClass.values()) {
      // Classes stand in the order of their urgency.
      if (each.compareTo(serviceClass) <= 0) {
        TargetStatus.Backlog waiting = status.waiting(each);
        ahead = ahead.plus(new Work(waiting.promptTokens(), waiting.outputTokens()));
      }
    }
    Work own = new Work(to.getPromptTokens(), 1);
    double perWorker = status.prefillTokensPerSecond() / Math.max(1, status.workers());
    return OptionalDouble.of(
        ahead.seconds(
                status.prefillTokensPerSecond(),
                status.decodeTokensPerSecond(),
                status.workers(),
                status.slots(),
                assumed)
            + own.seconds(perWorker, status.decodeTokensPerSecond(), 1, 1, assumed));
  }

  private Claims current(Target target, Instant now) {
    Claims claimed = claims.computeIfAbsent(target, any -> new Claims());
    if (claimed.since.equals(Instant.MIN) || !now.isBefore(claimed.since.plus(UNREPORTED))) {
      boolean recent =
          !claimed.since.equals(Instant.MIN)
              && now.isBefore(claimed.since.plus(UNREPORTED.multipliedBy(2)));
      claimed.before = recent ? claimed.now : Work.NONE;
      claimed.now = Work.NONE;
      claimed.since = now;
    }
    return claimed;
  }
}
