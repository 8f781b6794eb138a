package io.penstock.streams.dispatch.fairness;

import java.time.Duration;

/**
 * Which tenants go first within a tier, whatever the leeway of the class: those that took a small
 * part of what the most served one took lately. What they ask for delays the others little, and
 * deadlines then order those that compete in earnest.
 *
 * @param share of the most served tenant's service below which a tenant is light, 0 for never and
 *     below 1
 * @param memory the time constant of "lately": service of this age counts 1/e of new service; 1 s
 *     or more
 */
public record LightTenants(double share, Duration memory) {

  public static final LightTenants DEFAULT = new LightTenants(0.125, Duration.ofMinutes(1));

  /** Nobody goes first for that. */
  public static final LightTenants NONE = new LightTenants(0, Duration.ofMinutes(1));

  public LightTenants {
    if (!(share >= 0 && share < 1)) {
      throw new IllegalArgumentException(
          "light.share is %s; it must be 0 or more and below 1".formatted(share));
    }
    if (memory.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(
          "light.memory is %s; it must be 1 s or more".formatted(memory));
    }
  }
}
