package io.penstock.compose.bench.faults;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.faults.fleet.Capabilities;
import io.penstock.compose.bench.faults.fleet.FaultFleet;
import io.penstock.compose.bench.faults.fleet.FaultInjector;
import io.penstock.compose.bench.faults.judge.FaultRecord;
import io.penstock.compose.bench.faults.judge.Judge;
import io.penstock.compose.bench.faults.judge.Ledger;
import io.penstock.compose.bench.faults.judge.Verdict;
import io.penstock.compose.bench.faults.load.DirectLoad;
import io.penstock.compose.bench.faults.load.FrontLoad;
import io.penstock.compose.bench.faults.load.LedgerTap;
import io.penstock.compose.bench.faults.plan.FaultPlan;
import io.penstock.compose.bench.faults.plan.FaultType;
import io.penstock.compose.bench.faults.plan.PlannedFault;
import io.penstock.compose.bench.rig.BenchFolder;
import io.penstock.streams.dispatch.DispatchConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Runs all of Penstock in processes of their own under a steady load, breaks them as a seed says,
 * and counts on the topics whether every accepted request has exactly one result.
 */
public final class FaultsBench implements Bench {

  /** A second result would come soon after the first. */
  private static final Duration STRAGGLERS = Duration.ofSeconds(5);

  private static final Duration LOOK = Duration.ofMillis(200);
  private static final int NAMED = 20;

  /** Parts of the rate, one after the other. */
  private static final List<Double> WARM_UP_RATES = List.of(0.2, 0.5, 1.0);

  private static final Duration WARM_UP = Duration.ofSeconds(15);
  private static final Duration WARM_UP_PATIENCE = Duration.ofMinutes(2);

  private final FaultsSettings settings;

  public FaultsBench(FaultsSettings settings) {
    this.settings = settings;
  }

  @Override
  public Findings run(BenchProgress progress) throws Exception {
    List<PlannedFault> plan = plan(settings);
    Map<FaultType, String> missing = missing(plan);
    // The others keep their times, so that a seed is the same run on every machine.
    List<PlannedFault> possible =
        plan.stream().filter(each -> !missing.containsKey(each.type())).toList();
    Ledger ledger = new Ledger();
    try (FaultFleet fleet = new FaultFleet(settings.layout(), possible)) {
      fleet.start(progress.part(0, 0.08));
      progress.at("warm-up", 0.08);
      warmUp(fleet);
      long begin = System.nanoTime();
      LongSupplier clock = () -> (System.nanoTime() - begin) / 1_000_000;
      try (LedgerTap _ = new LedgerTap(fleet.connection(), fleet.topics().names(), ledger, clock);
          FaultInjector injector = new FaultInjector(fleet, clock);
          DirectLoad direct =
              new DirectLoad(
                  fleet.connection(),
                  fleet.topics().names(),
                  FaultFleet.MODEL,
                  "faults-" + Long.toUnsignedString(settings.seed()) + "-",
                  settings.seed(),
                  settings.rate(),
                  ledger,
                  clock);
          FrontLoad front = new FrontLoad(fleet.fronts(), FaultFleet.MODEL, settings.seed())) {
        List<FaultRecord> faults = breakParts(possible, injector, clock, progress.part(0.1, 0.9));
        progress.at("the calm in which all must be answered", 0.9);
        List<String> broken = new ArrayList<>();
        calm(direct, front, ledger, broken);
        broken.addAll(front.broken());
        Duration leaseTimeout = DispatchConfig.DEFAULT.shard().leaseTimeout();
        Verdict verdict = Judge.verdict(ledger, faults, leaseTimeout, clock.getAsLong());
        return new FaultsReport(
                settings,
                possible,
                missing,
                verdict,
                front.counts(),
                direct.unsure(),
                fleet.ends(),
                broken,
                leaseTimeout)
            .findings();
      }
    }
  }

  /**
   * Lets cold processes compile what they run: leases would lapse on a busy machine otherwise. All
   * of this load is answered when it returns.
   */
  private void warmUp(FaultFleet fleet) throws InterruptedException {
    Ledger ledger = new Ledger();
    long begin = System.nanoTime();
    LongSupplier clock = () -> (System.nanoTime() - begin) / 1_000_000;
    try (LedgerTap _ = new LedgerTap(fleet.connection(), fleet.topics().names(), ledger, clock)) {
      for (double share : WARM_UP_RATES) {
        try (DirectLoad load =
            new DirectLoad(
                fleet.connection(),
                fleet.topics().names(),
                FaultFleet.MODEL,
                "warm-up-" + share + "-",
                settings.seed(),
                settings.rate() * share,
                ledger,
                clock)) {
          Thread.sleep(WARM_UP);
          load.stop();
        }
        awaitAnswers(ledger, WARM_UP_PATIENCE);
      }
      List<String> open = ledger.open(NAMED);
      if (!open.isEmpty()) {
        throw new IllegalStateException(
            "the warm-up was not answered within %d s, among others %s; use a smaller --rate"
                .formatted(WARM_UP_PATIENCE.toSeconds(), open));
      }
    }
  }

  private static void awaitAnswers(Ledger ledger, Duration patience) throws InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    while (!ledger.open(1).isEmpty() && System.nanoTime() < until) {
      Thread.sleep(LOOK);
    }
  }

  /** The faults of a run, as its seed has them. */
  static List<PlannedFault> plan(FaultsSettings settings) {
    return FaultPlan.of(
        settings.seed(), settings.time(), settings.layout(), settings.types(), settings.named());
  }

  private Map<FaultType, String> missing(List<PlannedFault> plan) throws Exception {
    Set<FaultType> types = EnumSet.noneOf(FaultType.class);
    types.addAll(settings.types());
    if (settings.layout().brokers() > 1) {
      types.removeIf(type -> plan.stream().noneMatch(each -> each.type() == type));
    }
    Path scratch = BenchFolder.make();
    try {
      return Capabilities.missing(types, settings.layout(), scratch);
    } finally {
      BenchFolder.remove(scratch);
    }
  }

  /** Goes on to the end of the load, whether or not all faults had their time. */
  private List<FaultRecord> breakParts(
      List<PlannedFault> plan, FaultInjector injector, LongSupplier clock, BenchProgress progress)
      throws Exception {
    long all = settings.time().toMillis();
    List<FaultRecord> faults = new ArrayList<>();
    for (PlannedFault each : plan) {
      // One that takes longer than planned delays those after it.
      long at = each.at().toMillis();
      if (!faults.isEmpty()) {
        PlannedFault before = faults.getLast().planned();
        Duration rest =
            each.at().minus(before.at()).minus(before.length()).minus(before.type().recovery());
        at = Math.max(at, faults.getLast().recovered() + rest.toMillis());
      }
      if (at + each.length().toMillis() > all) {
        break;
      }
      sleepUntil(at, clock);
      progress.at(each.type().label() + " of " + each.target(), (double) at / all);
      faults.add(injector.inject(each));
    }
    progress.at("load without a fault", (double) clock.getAsLong() / all);
    sleepUntil(all, clock);
    return faults;
  }

  private static void sleepUntil(long at, LongSupplier clock) throws InterruptedException {
    long wait = at - clock.getAsLong();
    if (wait > 0) {
      Thread.sleep(wait);
    }
  }

  private void calm(DirectLoad direct, FrontLoad front, Ledger ledger, List<String> broken)
      throws InterruptedException {
    long begin = System.nanoTime();
    front.stop(settings.patience());
    direct.stop();
    awaitAnswers(ledger, settings.patience().minusNanos(System.nanoTime() - begin));
    Thread.sleep(STRAGGLERS);
    for (String each : front.answeredIds()) {
      if (!ledger.isAnswered(each)) {
        broken.add("a call was answered for %s, which has no result".formatted(each));
      }
    }
  }
}
