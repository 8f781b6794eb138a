package io.penstock.workers.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.Lease;
import io.penstock.schemas.OutcomeKind;
import io.penstock.schemas.WorkerDemand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * A dispatch that grants all it may against demands that come late, twice, out of order or never,
 * over a lease topic that repeats and delays, to a worker whose sessions end at random.
 */
class NeverMoreThanAskedForTest {

  private static final int STEPS = 300;

  @Property(tries = 200)
  void aWorkerNeverHoldsMoreThanItsSlotsAndReportsEachLeaseOnce(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int slots) {
    Set<Integer> partitions = slots > 2 ? Set.of(0, 1) : Set.of(0);
    World world = new World(new Random(seed), new LeaseFixture(slots, partitions), slots);
    for (int step = 0; step < STEPS; step++) {
      world.step();
      world.check();
    }
    world.settle();
  }

  private static final class World {
    private final Random random;
    private final LeaseFixture f;
    private final int slots;
    private final List<WorkerDemand> onTheWay = new ArrayList<>();
    private final List<Lease> leases = new ArrayList<>();
    private final Map<String, Long> limits = new HashMap<>();
    private final Map<String, Long> granted = new HashMap<>();
    private final Map<String, Long> lastLimit = new HashMap<>();
    private int ids;

    World(Random random, LeaseFixture fixture, int slots) {
      this.random = random;
      this.f = fixture;
      this.slots = slots;
    }

    void step() {
      switch (random.nextInt(9)) {
        case 0, 1 -> demand();
        case 2, 3 -> grantAll();
        case 4, 5 -> receive();
        case 6 -> read();
        case 7 -> finish();
        default -> rare();
      }
    }

    private void demand() {
      for (WorkerDemand demand : f.demands(random.nextBoolean())) {
        String model = demand.getModels().getFirst();
        String window = demand.getSession() + model;
        assertThat(demand.getLeaseLimit())
            .isGreaterThanOrEqualTo(lastLimit.getOrDefault(window, 0L));
        lastLimit.put(window, demand.getLeaseLimit());
        onTheWay.add(demand);
      }
    }

    /** Dispatch sees some demand, maybe an old one again, and grants up to the highest limit. */
    private void grantAll() {
      if (onTheWay.isEmpty()) {
        return;
      }
      WorkerDemand seen = onTheWay.get(random.nextInt(onTheWay.size()));
      if (!seen.getSession().equals(f.session())) {
        return;
      }
      int partition = Integer.parseInt(seen.getModels().getFirst().substring(1));
      String window = seen.getSession() + partition;
      long limit = limits.merge(window, seen.getLeaseLimit(), Math::max);
      while (granted.getOrDefault(window, 0L) < limit) {
        long sequence = granted.merge(window, 1L, Long::sum);
        leases.add(
            f.grant(partition, sequence, "r" + ids++, false, f.now.plus(Duration.ofDays(1))));
      }
    }

    private void receive() {
      if (!leases.isEmpty()) {
        int which = random.nextInt(leases.size());
        // Some stay, and come again.
        f.receive(random.nextInt(3) == 0 ? leases.get(which) : leases.remove(which));
      }
    }

    private void read() {
      if (!f.toRead.isEmpty()) {
        f.read();
      }
    }

    private void finish() {
      if (!f.running.isEmpty()) {
        List<String> ids = List.copyOf(f.running.keySet());
        f.answer(ids.get(random.nextInt(ids.size())), 1);
      }
    }

    private void rare() {
      f.pass(Duration.ofMillis(random.nextInt(500)));
      f.leases.expire(f.now);
      if (random.nextInt(10) == 0) {
        f.leases.renew(f.now);
      }
    }

    void check() {
      LeaseManager.Snapshot now = f.leases.snapshot();
      assertThat(now.held()).isLessThanOrEqualTo(slots);
      assertThat(now.held() + now.open()).isLessThanOrEqualTo(slots);
      assertThat(f.outcomes).noneMatch(o -> o.getKind() == OutcomeKind.RELEASED);
    }

    void settle() {
      while (!f.toRead.isEmpty()) {
        f.read();
      }
      while (!f.running.isEmpty()) {
        finish();
      }
      assertThat(f.leases.snapshot().held()).isZero();
      Set<String> reported = new HashSet<>();
      for (AttemptOutcome outcome : f.outcomes) {
        assertThat(reported.add(outcome.getRequestId())).isTrue();
      }
    }
  }
}
