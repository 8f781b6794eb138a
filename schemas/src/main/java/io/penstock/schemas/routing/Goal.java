package io.penstock.schemas.routing;

import org.jspecify.annotations.Nullable;

/**
 * A balance between cheap and strong models. Exactly one of the two is given.
 *
 * @param strongShare the most of all prompts that go to the strongest model, from 0 to 1: a cost
 *     budget
 * @param recoveredShare the part of the strongest model's advantage to keep, from 0 to 1: a quality
 *     floor
 */
public record Goal(@Nullable Double strongShare, @Nullable Double recoveredShare) {

  public Goal {
    Field.share("goal.strongShare", strongShare);
    Field.share("goal.recoveredShare", recoveredShare);
    if ((strongShare == null) == (recoveredShare == null)) {
      throw new IllegalArgumentException(
          "goal needs one of strongShare and recoveredShare, and not both");
    }
  }
}
