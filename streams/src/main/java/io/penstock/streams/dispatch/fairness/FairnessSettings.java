package io.penstock.streams.dispatch.fairness;

import io.penstock.schemas.ServiceClass;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * The settings by which tenants share the workers of a model inside a service class: by served
 * tokens, as the virtual token counter of Sheng et al. does ("Fairness in Serving Large Language
 * Models", OSDI 2024).
 *
 * <pre>
 * service = inputWeight x prompt tokens + outputWeight x generated tokens
 * served  = sum of the tenant's service / its weight
 * </pre>
 *
 * <p>{@link TenantShares} says how the counters move. Among the requests of one tier (see {@code
 * SlackRank}) that a worker could take, those of tenants within the tolerance of the least served
 * one compete by the rank alone; the others stand behind them. A tenant that is more than the bound
 * ahead of the least served one that waits stands behind all of its class, whatever the tier: so of
 * two tenants that always wait neither gets ahead by more than the bound and one request. Nobody is
 * held back while no other could be served. Tolerance and bound are the {@link Leeway} of a class.
 * Before all others of a tier go {@link LightTenants}. Whose requests are counted together, {@link
 * TenantAccounts} says.
 *
 * @param inputWeight of a prompt token, 0 or more
 * @param outputWeight of a generated token, 0 or more; not both 0
 * @param leeways how far tenants may be apart, for each class
 * @param light who goes first within a tier, whatever the leeway
 * @param tenantWeights by tenant, 0.001 to 1000: one of 2 may get twice what one of 1 gets; those
 *     not named have 1
 * @param idleCredit whether a tenant may catch up on what it did not use while it was idle. That is
 *     "least counter first", which lets a tenant that was idle starve the others; here to compare
 *     with
 * @param mostDebtors idle tenants remembered for being ahead, for each model and class, 1 or more;
 *     beyond that those least ahead are forgotten
 */
public record FairnessSettings(
    double inputWeight,
    double outputWeight,
    Map<ServiceClass, Leeway> leeways,
    LightTenants light,
    Map<String, Double> tenantWeights,
    boolean idleCredit,
    int mostDebtors) {

  private static final double LEAST_WEIGHT = 1e-3;
  private static final double MOST_WEIGHT = 1e3;

  /**
   * On the VTC trace (one A10G, 9 runs with jittered arrivals, standard class) the greatest and the
   * mean difference of service are, by tolerance and bound: 0/0 343 and 212, 1,000/2,000 354 and
   * 210, 2,000/4,000 384 and 223, 4,000/8,000 396 and 241, 8,000/16,000 471 and 267, 32,000/32,000
   * 549 and 306, at equal throughput: beyond a few thousand the order among tenants is lost.
   *
   * <p>Among interactive requests such an order has a price: deadlines order them already, and a
   * tenant that is held back misses its own. On the Azure 2023 trace at 4.5 times its load, half of
   * the workers slow, 80.7% of the interactive and 99.2% of the batch requests are in time with
   * 1,000/2,000, against 90.3 and 94.6 with {@link #OFF}. With other values in the interactive
   * class: 100,000/200,000 87.9 and 95.6, 300,000/600,000 89.7 and 94.4, 500,000/500,000 89.5 and
   * 94.9, 500,000/1,000,000 90.1 and 94.9, 700,000/1,400,000 90.25 and 94.7, 1,000,000/2,000,000
   * 90.25 and 94.5. At six times the load, with what {@link LightTenants} and the reserve of slots
   * have changed since, 1,000,000/2,000,000 has 83.2 and 78.9, 1,500,000/3,000,000 84.2 and 78.2,
   * 3,000,000/6,000,000 85.1 and 78.2; a clairvoyant queue 84.3 and 80.3.
   *
   * <p>The lead is bounded, but it is no small one: a quiet interactive tenant beside one that
   * sends a hundred times as much on 4 workers would wait for its first token (99th percentile)
   * 0.34 s with 1,000/2,000, 17 s with 200,000/400,000, 42 s with 500,000/1,000,000, 79 s with
   * 1,000,000/2,000,000, and 428 s without an order. As it is a light tenant, for whom {@code
   * SlotReserve} leaves a slot, it waits 0.15 s whatever the leeway, against 0.09 s alone.
   */
  public static final FairnessSettings DEFAULT =
      new FairnessSettings(
          1,
          2,
          Map.of(
              ServiceClass.INTERACTIVE, new Leeway(1_000_000, 2_000_000),
              ServiceClass.STANDARD, new Leeway(1000, 2000),
              ServiceClass.BATCH, new Leeway(1000, 2000)),
          LightTenants.DEFAULT,
          Map.of(),
          false,
          100_000);

  /** Tenants are not told apart. */
  public static final FairnessSettings OFF =
      new FairnessSettings(1, 2, alike(Leeway.UNLIMITED), LightTenants.NONE, Map.of(), false, 1);

  public FairnessSettings {
    leeways = Map.copyOf(leeways);
    tenantWeights = Map.copyOf(tenantWeights);
    requireTokens("inputWeight", inputWeight);
    requireTokens("outputWeight", outputWeight);
    if (inputWeight + outputWeight == 0 || Double.isInfinite(inputWeight + outputWeight)) {
      throw new IllegalArgumentException(
          "inputWeight and outputWeight are %s and %s; they must be finite, and one above 0"
              .formatted(inputWeight, outputWeight));
    }
    for (ServiceClass serviceClass : ServiceClass.values()) {
      if (!leeways.containsKey(serviceClass)) {
        throw new IllegalArgumentException(
            "leeways has none for %s; name one for each class".formatted(serviceClass));
      }
    }
    tenantWeights.forEach(
        (tenant, weight) -> {
          if (!(weight >= LEAST_WEIGHT && weight <= MOST_WEIGHT)) {
            throw new IllegalArgumentException(
                "the weight of tenant %s is %s; it must be from %s to %s"
                    .formatted(tenant, weight, LEAST_WEIGHT, MOST_WEIGHT));
          }
        });
    if (mostDebtors < 1) {
      throw new IllegalArgumentException(
          "mostDebtors is %d; it must be 1 or more".formatted(mostDebtors));
    }
  }

  private static void requireTokens(String name, double value) {
    if (!(value >= 0)) {
      throw new IllegalArgumentException("%s is %s; it must be 0 or more".formatted(name, value));
    }
  }

  /** Returns how far tenants of a class may be apart. */
  public Leeway leeway(ServiceClass serviceClass) {
    return Objects.requireNonNull(leeways.get(serviceClass));
  }

  /** The service that a request is, in weighted tokens. */
  public double service(double promptTokens, double outputTokens) {
    return inputWeight * promptTokens + outputWeight * outputTokens;
  }

  /** A tenant's weight. */
  public double weight(String tenant) {
    return tenantWeights.getOrDefault(tenant, 1.0);
  }

  /** A copy with this tolerance and bound in every class. */
  public FairnessSettings within(double tolerance, double bound) {
    return withLeeways(alike(new Leeway(tolerance, bound)));
  }

  /** A copy with another leeway in one class. */
  public FairnessSettings within(ServiceClass serviceClass, Leeway leeway) {
    Map<ServiceClass, Leeway> changed = new EnumMap<>(leeways);
    changed.put(serviceClass, leeway);
    return withLeeways(changed);
  }

  private FairnessSettings withLeeways(Map<ServiceClass, Leeway> changed) {
    return new FairnessSettings(
        inputWeight, outputWeight, changed, light, tenantWeights, idleCredit, mostDebtors);
  }

  private static Map<ServiceClass, Leeway> alike(Leeway leeway) {
    Map<ServiceClass, Leeway> leeways = new EnumMap<>(ServiceClass.class);
    for (ServiceClass serviceClass : ServiceClass.values()) {
      leeways.put(serviceClass, leeway);
    }
    return leeways;
  }

  /** A copy with another rule for who goes first. */
  public FairnessSettings withLight(LightTenants other) {
    return new FairnessSettings(
        inputWeight, outputWeight, leeways, other, tenantWeights, idleCredit, mostDebtors);
  }

  /** A copy with other weights of tenants. */
  public FairnessSettings withTenantWeights(Map<String, Double> weights) {
    return new FairnessSettings(
        inputWeight, outputWeight, leeways, light, weights, idleCredit, mostDebtors);
  }

  /** A copy with credit for idleness. */
  public FairnessSettings withIdleCredit() {
    return new FairnessSettings(
        inputWeight, outputWeight, leeways, light, tenantWeights, true, mostDebtors);
  }
}
