package io.penstock.streams.score.complexity.threshold;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The thresholds of tenants and aliases. An alias's goal goes before its tenant's, and both before
 * the default: an alias such as {@code smart-cheap} says what is wanted of it. This class is
 * thread-safe.
 */
public final class Thresholds {

  /** Prompts of one window of the online calibration. */
  public static final int WINDOW = 1000;

  /** Sketches kept, at most: further tenants share the stored calibration. */
  private static final int MOST_SKETCHES = 1000;

  /**
   * Goals by name.
   *
   * @param online whether a cost budget follows the prompts that come; a quality floor never does,
   *     since outcomes, not prompts, say what is kept
   */
  public record Goals(
      RoutingGoal byDefault,
      Map<String, RoutingGoal> byTenant,
      Map<String, RoutingGoal> byAlias,
      boolean online) {

    public Goals {
      byTenant = Map.copyOf(byTenant);
      byAlias = Map.copyOf(byAlias);
    }

    RoutingGoal goal(String tenant, String alias) {
      RoutingGoal ofAlias = byAlias.get(alias);
      return ofAlias != null ? ofAlias : byTenant.getOrDefault(tenant, byDefault);
    }

    /** Whose budget it is: prompts that share a goal share its sketch. */
    String owner(String tenant, String alias) {
      if (byAlias.containsKey(alias)) {
        return "alias " + alias;
      }
      return byTenant.containsKey(tenant) ? "tenant " + tenant : "";
    }
  }

  /**
   * Tells whether the strong model is called.
   *
   * @param strong whether the gain exceeds the threshold
   * @param threshold what the predicted gain was compared with
   * @param goal why that threshold
   */
  public record StrongCall(boolean strong, double threshold, RoutingGoal goal) {}

  private final ScoreCurve curve;
  private final Goals goals;
  private final Map<String, RecentGains> recent = new ConcurrentHashMap<>();

  /** Thresholds for callers who say each prompt's goal themselves, with {@link #threshold}. */
  public Thresholds(ScoreCurve curve, RoutingGoal byDefault, boolean online) {
    this(curve, new Goals(byDefault, Map.of(), Map.of(), online));
  }

  public Thresholds(ScoreCurve curve, Goals goals) {
    this.curve = curve;
    this.goals = goals;
  }

  /**
   * Decides for a prompt, and remembers its gain where budgets follow the prompts.
   *
   * @param alias the name that was asked for; may be no one's
   */
  public StrongCall decide(String tenant, String alias, double gain) {
    RoutingGoal goal = goals.goal(tenant, alias);
    double threshold = threshold(goal, goals.owner(tenant, alias), gain);
    return new StrongCall(gain > threshold, threshold, goal);
  }

  /**
   * Returns what a prompt's predicted gain is compared with, by a goal; remembers the gain where
   * budgets follow the prompts.
   *
   * @param owner whose budget it is: prompts that share a goal share its sketch
   */
  public double threshold(RoutingGoal goal, String owner, double gain) {
    double stored = curve.threshold(goal);
    return switch (goal) {
      case RoutingGoal.CostBudget(double share) when goals.online() ->
          sketch(owner).map(sketch -> followed(sketch, share, gain, stored)).orElse(stored);
      case RoutingGoal.CostBudget budget -> stored;
      case RoutingGoal.QualityFloor floor -> stored;
    };
  }

  /** The goal of those who have none of their own. */
  public RoutingGoal byDefault() {
    return goals.byDefault();
  }

  private static double followed(RecentGains sketch, double share, double gain, double stored) {
    double threshold = sketch.threshold(share, stored);
    sketch.add(gain);
    return threshold;
  }

  private Optional<RecentGains> sketch(String owner) {
    RecentGains known = recent.get(owner);
    if (known == null && recent.size() < MOST_SKETCHES) {
      known = recent.computeIfAbsent(owner, name -> new RecentGains(WINDOW));
    }
    return Optional.ofNullable(known);
  }
}
