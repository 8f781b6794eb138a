package io.penstock.streams.dispatch.shard;

import static io.penstock.streams.dispatch.Samples.START;
import static io.penstock.streams.dispatch.Samples.demand;
import static io.penstock.streams.dispatch.Samples.facts;
import static io.penstock.streams.dispatch.Samples.outcome;
import static io.penstock.streams.dispatch.Samples.withTenants;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.Lease;
import io.penstock.schemas.OutcomeKind;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.dispatch.fairness.FairnessSettings;
import io.penstock.streams.dispatch.fairness.Leeway;
import io.penstock.streams.dispatch.fairness.LightTenants;
import io.penstock.streams.dispatch.lifecycle.Effect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Tenants' shares through the whole shard: one worker that runs one request after the other. */
class FairDispatchTest {

  private static final double BOUND = 2000;
  private static final int MOST_PROMPT = 1000;
  private static final int MOST_OUTPUT = 500;
  private static final double MOST_SERVICE = MOST_PROMPT + 2.0 * MOST_OUTPUT;

  @Property(tries = 100)
  void twoTenantsThatAlwaysWaitStayWithinTheBound(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int weight) {
    Scene scene = new Scene(Map.of("a", (double) weight));
    Random random = new Random(seed);
    scene.backlog(random, "a", 60);
    scene.backlog(random, "b", 60);
    for (int i = 0; i < 50; i++) {
      scene.serveOne(1);
      assertThat(Math.abs(scene.served("a") / weight - scene.served("b")))
          .isLessThanOrEqualTo(BOUND + MOST_SERVICE);
    }
  }

  @Property(tries = 100)
  void aRestartForgetsNoMoreThanTheBound(@ForAll long seed) {
    Scene scene = new Scene(Map.of());
    Random random = new Random(seed);
    scene.backlog(random, "a", 60);
    scene.backlog(random, "b", 60);
    int restart = random.nextInt(40);
    for (int i = 0; i < 50; i++) {
      scene.grantOne();
      if (i == restart) {
        scene.restart();
      }
      scene.finish(1);
      assertThat(Math.abs(scene.served("a") - scene.served("b")))
          .isLessThanOrEqualTo(2 * (BOUND + MOST_SERVICE));
    }
  }

  @Property(tries = 50)
  void aWorkerIsNeverIdleWhileSomethingWaits(@ForAll long seed) {
    Scene scene = new Scene(Map.of());
    Random random = new Random(seed);
    int all = 0;
    for (String tenant : List.of("a", "b", "c")) {
      int count = random.nextInt(10);
      scene.backlog(random, tenant, count);
      all += count;
    }
    for (int i = 0; i < all; i++) {
      scene.serveOne(1);
    }
    assertThat(scene.shard.waiting()).isZero();
  }

  @Test
  void idlenessGivesNoCredit() {
    Scene scene = new Scene(Map.of());
    scene.request("b", 100, 50);
    scene.serveOne(1);
    for (int i = 0; i < 100; i++) {
      scene.request("a", 100, 50);
    }
    for (int i = 0; i < 50; i++) {
      scene.serveOne(1);
    }
    for (int i = 0; i < 50; i++) {
      scene.request("b", 100, 50);
    }
    double before = scene.served("a");
    for (int i = 0; i < 40; i++) {
      scene.serveOne(1);
    }
    assertThat(scene.served("a") - before).isBetween(15 * 200.0, 25 * 200.0);
  }

  @Test
  void whatWasGeneratedCountsNotWhatWasPredicted() {
    Scene scene = new Scene(Map.of());
    for (int i = 0; i < 200; i++) {
      scene.request("a", 100, 50);
      scene.request("b", 100, 50);
    }
    // Tenant a generates ten times what is predicted: it is served less often, not more.
    for (int i = 0; i < 100; i++) {
      scene.grantOne();
      scene.finish(scene.running.getTenant().equals("a") ? 10 : 1);
    }
    assertThat(scene.served("a")).isBetween(scene.served("b") - 4000, scene.served("b") + 4000);
  }

  @Property(tries = 50)
  void eachClassKeepsToItsOwnLeeway(@ForAll long seed) {
    FairnessSettings apart =
        FairnessSettings.DEFAULT
            .within(0, BOUND)
            .within(ServiceClass.INTERACTIVE, new Leeway(10 * BOUND, 20 * BOUND))
            .withLight(LightTenants.NONE);
    assertThat(widestLead(seed, apart, ServiceClass.STANDARD))
        .isLessThanOrEqualTo(BOUND + MOST_SERVICE);
    assertThat(widestLead(seed, apart, ServiceClass.INTERACTIVE))
        .isBetween(5 * BOUND, 20 * BOUND + MOST_SERVICE);
  }

  /** How far a tenant of short prompts, which the rank prefers, gets ahead of one of long ones. */
  private static double widestLead(
      long seed, FairnessSettings fairness, ServiceClass serviceClass) {
    Scene scene = new Scene(Map.of(), fairness);
    scene.serviceClass = serviceClass;
    Random random = new Random(seed);
    for (int i = 0; i < 100; i++) {
      scene.request("short", 100 + random.nextInt(10), MOST_OUTPUT);
      scene.request("long", MOST_PROMPT, 1 + random.nextInt(MOST_OUTPUT));
    }
    double widest = 0;
    for (int i = 0; i < 80; i++) {
      scene.serveOne(1);
      widest = Math.max(widest, Math.abs(scene.served("short") - scene.served("long")));
    }
    return widest;
  }

  @Test
  void aQuietTenantGoesFirstWhereTheLeewayWouldLetItWait() {
    FairnessSettings wide =
        FairnessSettings.DEFAULT.within(ServiceClass.INTERACTIVE, new Leeway(1e6, 2e6));
    assertThat(servedBeforeTheQuietOne(wide)).isZero();
    assertThat(servedBeforeTheQuietOne(wide.withLight(LightTenants.NONE))).isGreaterThan(50);
  }

  /** How many of a flood's short requests go before a quiet tenant's long one. */
  private static int servedBeforeTheQuietOne(FairnessSettings fairness) {
    Scene scene = new Scene(Map.of(), fairness);
    scene.serviceClass = ServiceClass.INTERACTIVE;
    for (int i = 0; i < 100; i++) {
      scene.request("flood", 100, 50);
    }
    for (int i = 0; i < 5; i++) {
      scene.serveOne(1);
    }
    scene.request("quiet", MOST_PROMPT, 50);
    double before = scene.served("flood");
    while (scene.served("quiet") == 0) {
      scene.serveOne(1);
    }
    return (int) Math.round((scene.served("flood") - before) / 200);
  }

  @Test
  void aLoneTenantIsServedAsWithoutShares() {
    List<String> with = new Scene(Map.of(), FairnessSettings.DEFAULT).orderOfOne();
    assertThat(with).isEqualTo(new Scene(Map.of(), FairnessSettings.OFF).orderOfOne());
  }

  private static final class Scene {
    final MemoryStore store = new MemoryStore();
    final Map<String, Double> served = new HashMap<>();
    final ShardSettings settings;
    DispatchShard shard;
    ServiceClass serviceClass = ServiceClass.STANDARD;
    Lease running;
    int ids;
    long sequence;
    long received;

    Scene(Map<String, Double> weights) {
      this(weights, FairnessSettings.DEFAULT.within(0, BOUND).withLight(LightTenants.NONE));
    }

    Scene(Map<String, Double> weights, FairnessSettings fairness) {
      settings = ShardSettings.DEFAULT.withFairness(fairness.withTenantWeights(weights));
      restart();
    }

    void restart() {
      shard =
          new DispatchShard(
              0,
              TopicNames.DEFAULT,
              settings,
              store,
              (e, trace) -> take(e),
              ShardMetrics.NONE,
              withTenants("a", "b", "c", "short", "long", "quiet", "flood"));
      shard.restore(START);
    }

    private void take(Effect effect) {
      if (effect instanceof Effect.Instruct(Lease lease)) {
        running = lease;
        received++;
      }
    }

    void backlog(Random random, String tenant, int count) {
      for (int i = 0; i < count; i++) {
        request(tenant, 1 + random.nextInt(MOST_PROMPT), 1 + random.nextInt(MOST_OUTPUT));
      }
    }

    void request(String tenant, long prompt, long output) {
      ScoredFacts facts =
          ScoredFacts.newBuilder(facts("r" + ids++, serviceClass, START, Duration.ofMinutes(20)))
              .setTenant(tenant)
              .setPromptTokens(prompt)
              .setPredictedOutputTokens(output)
              .setMaxOutputTokens(10 * output)
              .build();
      shard.work(facts, serviceClass, ids, null, START);
    }

    void serveOne(int outputFactor) {
      grantOne();
      finish(outputFactor);
    }

    void grantOne() {
      running = null;
      shard.demand(demand("w", "s", sequence++, received + 1, received, START).build(), START);
      assertThat(running).as("a lease, for something waits").isNotNull();
    }

    void finish(int outputFactor) {
      long output = running.getPredictedOutputTokens() * outputFactor;
      served.merge(running.getTenant(), running.getPromptTokens() + 2.0 * output, Double::sum);
      shard.outcome(
          outcome(running.getRequestId(), 1, "s", OutcomeKind.SUCCEEDED, START)
              .setTenant(running.getTenant())
              .setStatusCode(200)
              .setUsage(new TokenUsage(running.getPromptTokens(), output, 0L))
              .build(),
          START);
    }

    double served(String tenant) {
      return served.getOrDefault(tenant, 0.0);
    }

    List<String> orderOfOne() {
      backlog(new Random(7), "a", 40);
      List<String> order = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        serveOne(1);
        order.add(running.getRequestId());
      }
      return order;
    }
  }
}
