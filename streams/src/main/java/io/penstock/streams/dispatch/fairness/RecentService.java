package io.penstock.streams.dispatch.fairness;

import java.util.HashMap;
import java.util.Map;

/**
 * Sums up what each account was served lately, with exponential decay. Instead of all sums
 * shrinking with time, new service counts for more (forward decay: Cormode et al., ICDE 2009), so a
 * comparison needs no clock. An instance belongs to one thread.
 *
 * <pre>
 * served(a)  = service of a lately / weight of a
 * fair share = total service lately / number of active accounts, by weight
 *            = sum of service(a) x served(a) / sum of service(a)
 * </pre>
 *
 * <p>An account counts as active by what it takes: of accounts that take alike each is one, and one
 * that takes next to nothing is next to none (their number is the inverse Simpson index of the
 * shares). So names that are hardly used lower nobody's fair share.
 */
final class RecentService {

  /**
   * The number of time constants after which all sums are scaled back, long before they overflow.
   */
  private static final double MOST_CONSTANTS = 100;

  /** The part of a fair share below which a sum counts as none when there are too many. */
  private static final double NEGLIGIBLE = 0.01;

  private final LightTenants light;
  private final double microsPerConstant;
  private final int most;
  private final Map<String, Sum> sums = new HashMap<>();
  private double service;
  private double serviceTimesServed;
  private long landmark;

  /** Service over weight, of an account of this weight. */
  private record Sum(double served, double weight) {

    double service() {
      return served * weight;
    }
  }

  /**
   * @param most accounts remembered, 1 or more
   */
  RecentService(LightTenants light, int most) {
    this.light = light;
    this.microsPerConstant = light.memory().toNanos() / 1e3;
    this.most = most;
  }

  /**
   * Counts service.
   *
   * @param more in weighted tokens, negative to give back; no sum falls below zero
   * @param weight the account's
   */
  void add(String account, double more, double weight, long nowMicros) {
    if (light.share() == 0) {
      return;
    }
    double constants = (nowMicros - landmark) / microsPerConstant;
    if (constants > MOST_CONSTANTS) {
      scale(Math.exp(-constants), nowMicros);
      constants = 0;
    }
    Sum before = sums.getOrDefault(account, new Sum(0, weight));
    Sum after = new Sum(Math.max(0, before.served() + more / weight * Math.exp(constants)), weight);
    sums.put(account, after);
    count(before, -1);
    count(after, 1);
    if (sums.size() > most) {
      forget();
    }
  }

  /** Returns whether it took less than its fair share, by the margin of the settings. */
  boolean isLight(String account) {
    Sum sum = sums.get(account);
    return service > 0 && (sum == null ? 0 : sum.served()) < light.share() * fairShare();
  }

  /** Accounts remembered. */
  int size() {
    return sums.size();
  }

  private double fairShare() {
    return service > 0 ? serviceTimesServed / service : 0;
  }

  private void count(Sum sum, int sign) {
    service = Math.max(0, service + sign * sum.service());
    serviceTimesServed = Math.max(0, serviceTimesServed + sign * sum.service() * sum.served());
  }

  private void scale(double factor, long nowMicros) {
    sums.replaceAll((account, sum) -> new Sum(sum.served() * factor, sum.weight()));
    sums.values().removeIf(sum -> sum.served() == 0);
    countAnew();
    landmark = nowMicros;
  }

  /**
   * Forgets tenants with negligible service. If too many are left, nobody stands out, and all are
   * forgotten.
   */
  private void forget() {
    double negligible = NEGLIGIBLE * fairShare();
    sums.values().removeIf(sum -> sum.served() < negligible);
    if (sums.size() > most) {
      sums.clear();
    }
    countAnew();
  }

  private void countAnew() {
    service = 0;
    serviceTimesServed = 0;
    sums.values().forEach(sum -> count(sum, 1));
  }
}
