package io.penstock.streams.score.assignment;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.models.VariantState;
import io.penstock.schemas.routing.Rollout;
import io.penstock.streams.score.hash.StableHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Orders the variants of a model for a request: the one that it goes to, then those that may serve
 * it should that one fail. The same id always gets the same order.
 *
 * <p>While a rollout is under way it decides: {@code percent} of the ids go to the new variant, the
 * rest to the old one. An id's place between 0 and 100 is a hash of model, new variant and id, and
 * it goes to the new one if that is below the percent: so raising the percent never takes an id
 * back. Otherwise weights decide among active variants.
 */
public final class VariantOrder {

  private static final int PARTS_OF_PERCENT = 1_000;

  private VariantOrder() {}

  /**
   * The variants for a request: first where it goes, then, in order, what may take over from it. A
   * rollout's new variant never takes over; nor do variants that are not active.
   *
   * @param rollout the model's, if it has one
   * @return empty if no variant takes new requests
   */
  public static List<ModelVariant> of(ModelSpec spec, Optional<Rollout> rollout, String requestId) {
    return rollout
        .flatMap(plan -> byRollout(spec, plan, requestId))
        .orElseGet(() -> byWeight(spec, active(spec, null), requestId));
  }

  /** The variant of this name, unless it is retired; for requests that name it. */
  public static Optional<ModelVariant> named(ModelSpec spec, String name) {
    return spec.getVariants().stream()
        .filter(variant -> variant.getName().equals(name))
        .filter(variant -> !VariantState.RETIRED.of(variant))
        .findFirst();
  }

  /**
   * Returns whether a variant is one that a rollout has yet to prove: nothing is to fail over to
   * it.
   */
  public static boolean onTrial(Optional<Rollout> rollout, String variant) {
    return rollout
        .filter(plan -> plan.to().equals(variant))
        .map(
            plan ->
                switch (plan.state()) {
                  case REGISTERED, WARMING, EVALUATING, SHIFTING, PAUSED, ROLLED_BACK -> true;
                  case COMPLETING, COMPLETED -> false;
                })
        .orElse(false);
  }

  /** Applies a rollout. The result is empty if the rollout is over or its old variant is gone. */
  private static Optional<List<ModelVariant>> byRollout(
      ModelSpec spec, Rollout rollout, String requestId) {
    if (isOver(spec, rollout)) {
      return Optional.empty();
    }
    Optional<ModelVariant> from = named(spec, rollout.from());
    Optional<ModelVariant> to = named(spec, rollout.to());
    int percent = to.isPresent() ? percent(rollout) : 0;
    boolean moved =
        percent > 0 && place(spec, rollout, requestId) < percent * (long) PARTS_OF_PERCENT;
    if (!moved && from.isEmpty()) {
      return Optional.empty();
    }
    ModelVariant first = moved ? to.orElseThrow() : from.orElseThrow();
    List<ModelVariant> order = new ArrayList<>();
    order.add(first);
    List<ModelVariant> others =
        active(spec, rollout.to()).stream()
            .filter(each -> !each.getName().equals(first.getName()))
            .toList();
    order.addAll(byWeight(spec, others, requestId));
    return Optional.of(order);
  }

  /**
   * Returns whether a rollout no longer counts. One that was rolled back counts as long as the
   * registry serves what it went back to.
   */
  private static boolean isOver(ModelSpec spec, Rollout rollout) {
    return rollout.state() == Rollout.State.COMPLETED
        || (rollout.state() == Rollout.State.ROLLED_BACK
            && active(spec, null).stream()
                .noneMatch(each -> each.getName().equals(rollout.from())));
  }

  private static int percent(Rollout rollout) {
    return switch (rollout.state()) {
      case REGISTERED, WARMING, EVALUATING, ROLLED_BACK -> 0;
      case SHIFTING, PAUSED -> rollout.percent();
      case COMPLETING, COMPLETED -> 100;
    };
  }

  /** The request's place from 0 to 100 percent, in thousandths of a percent. */
  private static long place(ModelSpec spec, Rollout rollout, String requestId) {
    long hash =
        new StableHash()
            .add("rollout")
            .add(spec.getName())
            .add(rollout.to())
            .add(requestId)
            .value();
    return Long.remainderUnsigned(hash, 100L * PARTS_OF_PERCENT);
  }

  /**
   * Drawn by weight, one after the other: where a variant is left out, only the requests that were
   * its own go elsewhere.
   */
  private static List<ModelVariant> byWeight(
      ModelSpec spec, List<ModelVariant> variants, String requestId) {
    List<ModelVariant> left = new ArrayList<>(variants);
    List<ModelVariant> order = new ArrayList<>(left.size());
    for (int draw = 0; !left.isEmpty(); draw++) {
      StableHash hash = new StableHash().add(spec.getName()).add(requestId);
      long total = left.stream().mapToLong(ModelVariant::getWeight).sum();
      long point =
          Long.remainderUnsigned(
              (draw == 0 ? hash : hash.add(Integer.toString(draw))).value(), total);
      int at = 0;
      while (point >= left.get(at).getWeight()) {
        point -= left.get(at).getWeight();
        at++;
      }
      order.add(left.remove(at));
    }
    return order;
  }

  private static List<ModelVariant> active(ModelSpec spec, @Nullable String except) {
    return spec.getVariants().stream()
        .filter(VariantState::takesNew)
        .filter(each -> !each.getName().equals(except))
        .toList();
  }
}
