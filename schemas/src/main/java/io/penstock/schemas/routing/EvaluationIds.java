package io.penstock.schemas.routing;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * The ids of requests that ask both variants in shadow. They follow from the rollout and the time
 * its evaluation began, so that whoever takes over finds the results, and asking twice asks once.
 */
public final class EvaluationIds {

  /** Whose requests these are; no user's, and in nobody's budget. */
  public static final String TENANT = "penstock-evaluation";

  /** A bound above the number of items that an evaluation may have. */
  private static final int MOST_ITEMS = 1_000;

  private static final String PREFIX = "evaluation-";
  private static final int LONGEST_NAME = 48;

  private final String prefix;

  /** A pair of an item and the variant that is asked it. */
  public record Asked(int item, boolean ofNew) {}

  private EvaluationIds(String prefix) {
    this.prefix = prefix;
  }

  /** Makes the ids of the evaluation that began at this time. */
  public static EvaluationIds of(Rollout rollout, Instant since) {
    String name = rollout.name().replaceAll("[^A-Za-z0-9._-]", "_");
    return new EvaluationIds(
        "%s%s-%s-%s-"
            .formatted(
                PREFIX,
                name.substring(0, Math.min(LONGEST_NAME, name.length())),
                Integer.toHexString((rollout.name() + '#' + rollout.to()).hashCode()),
                Long.toString(since.toEpochMilli(), 36).toLowerCase(Locale.ROOT)));
  }

  /** Returns whether a request may be of some evaluation, running or not. */
  public static boolean isEvaluation(String tenant, String id) {
    return tenant.equals(TENANT) && id.startsWith(PREFIX);
  }

  /**
   * Returns whether a request is one that an evaluation running now asks: no other may go by its
   * tenant.
   *
   * @param model the model as the request names it
   */
  public static boolean asks(RoutingState routing, String id, String model) {
    Rollout rollout = routing.rollout(Target.parse(model).model()).orElse(null);
    if (rollout == null
        || rollout.state() != Rollout.State.EVALUATING
        || rollout.stateSince() == null) {
      return false;
    }
    return of(rollout, rollout.stateSince())
        .read(id)
        .filter(
            asked ->
                new Target(rollout.name(), asked.ofNew() ? rollout.to() : rollout.from())
                    .toString()
                    .equals(model))
        .isPresent();
  }

  public String id(Asked asked) {
    return prefix + asked.item() + (asked.ofNew() ? "-new" : "-old");
  }

  /** Returns what was asked by this id, or empty if it is not of this evaluation. */
  public Optional<Asked> read(String id) {
    if (!id.startsWith(prefix)) {
      return Optional.empty();
    }
    int dash = id.lastIndexOf('-');
    try {
      int item = Integer.parseInt(id, prefix.length(), dash, 10);
      if (item < 0 || item >= MOST_ITEMS) {
        return Optional.empty();
      }
      return switch (id.substring(dash + 1)) {
        case "new" -> Optional.of(new Asked(item, true));
        case "old" -> Optional.of(new Asked(item, false));
        default -> Optional.empty();
      };
    } catch (NumberFormatException | IndexOutOfBoundsException foreign) {
      return Optional.empty();
    }
  }
}
