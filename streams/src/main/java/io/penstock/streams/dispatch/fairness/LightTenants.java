package io.penstock.streams.dispatch.fairness;

import java.time.Duration;

/**
 * Decides which tenants go first within a tier, whatever the leeway of the class: those that took
 * less than their fair share lately, as {@link RecentService} counts it. What they ask for is
 * theirs, so nobody else has to wait for more than that; and deadlines order those that compete in
 * earnest, who take about the same.
 *
 * @param share of the fair share below which a tenant is light, 0 for never and at most 1. At 1 of
 *     two tenants one is always light, and deadlines order nothing
 * @param memory the time constant of "lately": service of this age counts 1/e of new service; 1 s
 *     or more
 */
public record LightTenants(double share, Duration memory) {

  public static final LightTenants DEFAULT = new LightTenants(0.75, Duration.ofMinutes(1));

  /** Nobody goes first for that. */
  public static final LightTenants NONE = new LightTenants(0, Duration.ofMinutes(1));

  public LightTenants {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "light.share is %s; it must be from 0 to 1".formatted(share));
    }
    if (memory.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(
          "light.memory is %s; it must be 1 s or more".formatted(memory));
    }
  }
}
