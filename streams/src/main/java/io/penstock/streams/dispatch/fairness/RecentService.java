package io.penstock.streams.dispatch.fairness;

import java.util.HashMap;
import java.util.Map;

/**
 * What each tenant was served lately: sums that decay exponentially. Instead of all sums shrinking
 * with time, new service counts for more (forward decay: Cormode et al., ICDE 2009), so a
 * comparison needs no clock. For one thread.
 */
final class RecentService {

  /** Beyond this many time constants all sums are scaled back, long before they overflow. */
  private static final double MOST_CONSTANTS = 100;

  /** Of the greatest sum; smaller ones count as none when there are too many. */
  private static final double NEGLIGIBLE = 0.01;

  private final LightTenants light;
  private final double microsPerConstant;
  private final int most;
  private final Map<String, Double> sums = new HashMap<>();
  private double greatest;
  private long landmark;

  /**
   * @param most tenants remembered, 1 or more
   */
  RecentService(LightTenants light, int most) {
    this.light = light;
    this.microsPerConstant = light.memory().toNanos() / 1e3;
    this.most = most;
  }

  /**
   * Counts service.
   *
   * @param service in weighted tokens, negative to give back; no sum falls below zero
   */
  void add(String tenant, double service, long nowMicros) {
    if (light.share() == 0) {
      return;
    }
    double constants = (nowMicros - landmark) / microsPerConstant;
    if (constants > MOST_CONSTANTS) {
      scale(Math.exp(-constants), nowMicros);
      constants = 0;
    }
    double sum = Math.max(0, sums.getOrDefault(tenant, 0.0) + service * Math.exp(constants));
    sums.put(tenant, sum);
    greatest = Math.max(greatest, sum);
    if (sums.size() > most) {
      forget();
    }
  }

  /** Whether it took but a small part of what the most served one did. */
  boolean isLight(String tenant) {
    return greatest > 0 && sums.getOrDefault(tenant, 0.0) < light.share() * greatest;
  }

  /** Tenants remembered. */
  int size() {
    return sums.size();
  }

  private void scale(double factor, long nowMicros) {
    sums.replaceAll((tenant, sum) -> sum * factor);
    sums.values().removeIf(sum -> sum == 0);
    greatest = greatestSum();
    landmark = nowMicros;
  }

  /** Where nobody stands out, nobody need be remembered. */
  private void forget() {
    greatest = greatestSum();
    sums.values().removeIf(sum -> sum < NEGLIGIBLE * greatest);
    if (sums.size() > most) {
      sums.clear();
      greatest = 0;
    }
  }

  private double greatestSum() {
    return sums.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }
}
