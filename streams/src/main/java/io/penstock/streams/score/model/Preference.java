package io.penstock.streams.score.model;

import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.routing.AliasPolicy;
import io.penstock.schemas.routing.Goal;
import io.penstock.schemas.routing.Sort;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.streams.score.candidate.Wishes;
import io.penstock.streams.score.complexity.threshold.RoutingGoal;
import io.penstock.streams.score.request.ParsedRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rule by which one of several candidates is the best. */
sealed interface Preference {

  /** The order in which they were named. */
  record Order() implements Preference {}

  /** The lowest predicted price. */
  record Price() implements Preference {}

  /** The shortest predicted time to the first token. */
  record Latency() implements Preference {}

  /** The fastest generation of one sequence. */
  record Throughput() implements Preference {}

  /** The highest expected quality. */
  record Quality() implements Preference {}

  /**
   * The cheapest that is good enough.
   *
   * @param owner whose goal it is
   */
  record ByGoal(RoutingGoal goal, String owner) implements Preference {}

  /**
   * The request's own sort, else the order it named models in; where it left the choice open, its
   * alias's sort or goal, else its tenant's, else the default.
   */
  static Preference of(
      ParsedRequest request, Wishes wishes, Optional<TenantPolicy> tenant, RoutingGoal byDefault) {
    Optional<Sort> asked =
        request.request().getRouting().flatMap(RoutingPreferences::getSort).map(Preference::parse);
    if (asked.isPresent()) {
      return sort(asked.get());
    }
    if (wishes.ranked()) {
      return new Order();
    }
    Optional<AliasPolicy> alias = Optional.ofNullable(wishes.policy());
    return alias
        .flatMap(policy -> of(policy.sort(), policy.goal(), "alias " + policy.name()))
        .or(
            () ->
                tenant.flatMap(
                    policy -> of(policy.sort(), policy.goal(), "tenant " + policy.name())))
        .orElseGet(() -> new ByGoal(byDefault, ""));
  }

  private static Optional<Preference> of(@Nullable Sort sort, @Nullable Goal goal, String owner) {
    return Optional.ofNullable(sort)
        .map(Preference::sort)
        .or(() -> Optional.ofNullable(goal).map(each -> new ByGoal(routingGoal(each), owner)));
  }

  private static RoutingGoal routingGoal(Goal goal) {
    return goal.strongShare() != null
        ? new RoutingGoal.CostBudget(goal.strongShare())
        : new RoutingGoal.QualityFloor(goal.recoveredShare());
  }

  private static Preference sort(Sort sort) {
    return switch (sort) {
      case PRICE -> new Price();
      case LATENCY -> new Latency();
      case THROUGHPUT -> new Throughput();
      case QUALITY -> new Quality();
    };
  }

  /** Reads the sort of a request that was checked. */
  private static Sort parse(String spelling) {
    return Sort.named(spelling)
        .orElseThrow(
            () -> new IllegalArgumentException("sort '" + spelling + "' was not validated"));
  }
}
