package io.penstock.streams.score.complexity.threshold;

/** The goal of a tenant or an alias for the choice between a cheap and a strong model. */
public sealed interface RoutingGoal {

  /**
   * Spend no more.
   *
   * @param strongShare the most that the strong model answers, from 0 to 1 of all prompts
   */
  record CostBudget(double strongShare) implements RoutingGoal {
    public CostBudget {
      requireShare("strongShare", strongShare);
    }
  }

  /**
   * Lose no more.
   *
   * @param recoveredShare the part of the strong model's advantage to keep, from 0 to 1
   */
  record QualityFloor(double recoveredShare) implements RoutingGoal {
    public QualityFloor {
      requireShare("recoveredShare", recoveredShare);
    }
  }

  private static void requireShare(String name, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("%s is %s; it must be from 0 to 1".formatted(name, share));
    }
  }
}
