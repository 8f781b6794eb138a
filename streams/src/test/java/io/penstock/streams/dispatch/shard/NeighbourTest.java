package io.penstock.streams.dispatch.shard;

import static io.penstock.streams.dispatch.Samples.withTenants;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.Lease;
import io.penstock.schemas.TerminalStatus;
import io.penstock.streams.dispatch.shard.Site.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** One tenant's trouble is never another's: whole shards on a virtual clock. */
class NeighbourTest {

  private static final double SECONDS = 200;
  private static final double BAD_SHARE = 0.3;

  /** How much longer than alone the others' slowest hundredth may take. */
  private static final double BOUND_SECONDS = 2;

  /** What the bad tenant's requests do to an engine. */
  enum Trouble {
    CRASHES,
    HANGS,
    INVALID,
    REFUSED,
    RATE_LIMITED,
    OVERLOADS,
    MIXED;

    Reply reply(Lease lease) {
      return switch (this) {
        case CRASHES ->
            Reply.failed(
                Duration.ofMillis(50), FailureCategory.RETRYABLE, "engine_error", 500, null);
        case HANGS ->
            Reply.failed(
                Duration.ofSeconds(5), FailureCategory.TIMEOUT, "attempt_timeout", 504, null);
        case INVALID ->
            Reply.failed(Duration.ofMillis(1), FailureCategory.INVALID, "bad_header", 400, null);
        case REFUSED ->
            Reply.failed(
                Duration.ofMillis(20), FailureCategory.REJECTED, "engine_rejected", 400, null);
        case RATE_LIMITED ->
            Reply.failed(
                Duration.ofMillis(20),
                FailureCategory.OVERLOADED,
                "engine_rate_limited",
                429,
                1000L);
        case OVERLOADS ->
            Reply.failed(
                Duration.ofMillis(20), FailureCategory.OVERLOADED, "engine_overloaded", 503, null);
        case MIXED ->
            values()[Math.floorMod(lease.getRequestId().hashCode(), values().length - 1)].reply(
                lease);
      };
    }
  }

  @Property(tries = 25)
  void whateverOneTenantSendsTheOthersKeepWhatTheyGetAlone(
      @ForAll long seed,
      @ForAll Trouble trouble,
      @ForAll @IntRange(min = 1, max = 4) int workers,
      @ForAll @IntRange(min = 0, max = 2) int load,
      @ForAll boolean named) {
    double perSecond = List.of(0.7, 2.0, 7.0).get(load);
    Site alone = run(seed, trouble, workers, perSecond, named, false);
    Site beside = run(seed, trouble, workers, perSecond, named, true);
    for (String tenant : List.of("good", "other")) {
      assertThat(beside.succeeded(tenant))
          .as("%s beside one that %s, %s/s, %s workers", tenant, trouble, perSecond, workers)
          .isGreaterThanOrEqualTo((long) Math.floor(0.99 * alone.succeeded(tenant)));
      assertThat(beside.p99(tenant)).isLessThan(alone.p99(tenant) + BOUND_SECONDS);
    }
  }

  private static Site run(
      long seed, Trouble trouble, int workers, double perSecond, boolean named, boolean withBad) {
    Site site = new Site(named ? withTenants("good", "other", "bad") : ClusterView.NONE);
    int slots = (int) Math.ceil(10 * perSecond / workers) + 4;
    for (int i = 0; i < workers; i++) {
      site.worker("w" + i, slots, false, engine(trouble));
    }
    Random random = new Random(seed);
    site.stream("good", perSecond * (1 - BAD_SHARE) * 0.8, SECONDS, random);
    site.stream("other", perSecond * (1 - BAD_SHARE) * 0.2, SECONDS, random);
    if (withBad) {
      site.stream("bad", perSecond * BAD_SHARE, SECONDS, random);
    }
    site.runUntil(SECONDS + 120);
    return site;
  }

  private static Function<Lease, Reply> engine(Trouble trouble) {
    return lease ->
        lease.getTenant().equals("bad")
            ? trouble.reply(lease)
            : Reply.served(Duration.ofSeconds(1));
  }

  @Test
  void fiveGoodRequestsASecondAllSucceedBesideTwoThatCrash() {
    Site site = new Site(ClusterView.NONE);
    site.worker("w", 32, false, engine(Trouble.CRASHES));
    Random random = new Random(1);
    site.stream("good", 5, 600, random);
    site.stream("bad", 2, 600, random);
    site.runUntil(700);
    long good = site.results.values().stream().filter(r -> r.getTenant().equals("good")).count();
    assertThat(site.succeeded("good")).isEqualTo(good).isGreaterThan(2800);
    assertThat(site.results.values())
        .filteredOn(result -> result.getTenant().equals("bad"))
        .allMatch(result -> result.getStatus() == TerminalStatus.FAILED);
  }

  @Test
  void aTargetThatFailsForTwoTenantsIsLeftAloneWithinSecondsAndCostsNobodyAnAttempt() {
    boolean[] broken = {false};
    Site site = new Site(withTenants("good", "bad"));
    Site.Worker worker = site.worker("w", 32, false, lease -> reply(broken[0]));
    Random random = new Random(1);
    site.stream("good", 5, 300, random);
    site.stream("bad", 2, 300, random);
    site.runUntil(60);
    broken[0] = true;
    site.runUntil(63);
    long before = worker.attempts;
    site.runUntil(90);
    assertThat(worker.attempts - before).isLessThan(20);
    broken[0] = false;
    site.runUntil(400);
    assertThat(site.results.values())
        .filteredOn(result -> result.getStatus() != TerminalStatus.SUCCEEDED)
        .hasSizeLessThan(15);
  }

  @Test
  void whereOnlyOneTenantIsActiveItsRequestsJudgeTheTarget() {
    Site site = new Site(withTenants("good", "bad"));
    Site.Worker worker = site.worker("w", 32, false, lease -> reply(true));
    site.stream("good", 5, 60, new Random(1));
    site.runUntil(60);
    assertThat(worker.attempts).isLessThan(80);
    assertThat(site.results).hasSizeLessThan(15);
  }

  private static Reply reply(boolean broken) {
    return broken
        ? Reply.failed(Duration.ofMillis(50), FailureCategory.RETRYABLE, "engine_error", 500, null)
        : Reply.served(Duration.ofSeconds(1));
  }
}
