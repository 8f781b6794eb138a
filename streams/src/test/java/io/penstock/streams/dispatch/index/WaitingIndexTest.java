package io.penstock.streams.dispatch.index;

import static io.penstock.streams.dispatch.Samples.MODEL;
import static io.penstock.streams.dispatch.Samples.candidate;
import static io.penstock.streams.dispatch.Samples.worker;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.dispatch.fairness.FairnessSettings;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.Rank;
import io.penstock.streams.dispatch.rank.SlackRank;
import io.penstock.streams.dispatch.rank.WorkerView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class WaitingIndexTest {

  private static final List<ServiceClass> CLASSES = List.of(ServiceClass.values());

  private static final long SECOND = 1_000_000;
  private static final long NOW = 1_000_000 * SECOND;
  private static final Target TARGET = Target.ofModel(MODEL);

  /** Whatever waits: nothing of a better tier than the heads' best is hidden behind them. */
  @Property(tries = 300)
  void theHeadsHoldTheBestTierOfAll(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 200) int count) {
    Random random = new Random(seed);
    WaitingIndex index = new WaitingIndex(FairnessSettings.DEFAULT);
    List<Candidate> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long acceptedAt = NOW - random.nextLong(60 * SECOND);
      Candidate candidate =
          candidate(
              "r" + i,
              List.of(ServiceClass.values()).get(random.nextInt(3)),
              acceptedAt,
              acceptedAt + random.nextLong(90 * SECOND),
              1 + random.nextInt(1 << random.nextInt(14)));
      index.put(candidate, Delay.NONE, NOW);
      all.add(candidate);
    }
    WorkerView worker = worker("w");
    SlackRank policy = SlackRank.DEFAULT;
    Rank best =
        all.stream()
            .map(candidate -> policy.rank(candidate, worker, NOW))
            .min(Comparator.naturalOrder())
            .orElseThrow();
    Rank bestShown =
        heads(index, worker, NOW).stream()
            .map(candidate -> policy.rank(candidate, worker, NOW))
            .min(Comparator.naturalOrder())
            .orElseThrow();
    // The overdue go by age, lanes by objective: an overdue request may stand a little behind.
    if (best.tier() != SlackRank.OVERDUE) {
      assertThat(bestShown.tier()).isEqualTo(best.tier());
    }
  }

  @Property(tries = 200)
  void whatWasPutAndNotRemovedIsEventuallyShown(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 100) int count) {
    Random random = new Random(seed);
    WaitingIndex index = new WaitingIndex(FairnessSettings.DEFAULT);
    List<String> left = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String id = "r" + random.nextInt(30);
      if (random.nextInt(3) == 0) {
        index.remove(id);
        left.remove(id);
      } else {
        index.put(
            candidate(
                id,
                List.of(ServiceClass.values()).get(random.nextInt(3)),
                NOW - i,
                NOW + random.nextLong(10 * SECOND) - 5 * SECOND,
                1 + random.nextInt(5000)),
            random.nextBoolean() ? new Delay(NOW + SECOND, random.nextBoolean()) : Delay.NONE,
            NOW);
        left.remove(id);
        left.add(id);
      }
    }
    assertThat(index.size()).isEqualTo(left.size());
    long later = NOW + 2 * SECOND;
    index.release(later);
    List<String> shown = new ArrayList<>();
    while (index.offers(TARGET)) {
      List<Candidate> heads = new ArrayList<>();
      heads.addAll(heads(index, worker("w"), later));
      shown.add(heads.getFirst().key());
      index.remove(heads.getFirst().key());
    }
    assertThat(shown).containsExactlyInAnyOrderElementsOf(left);
    assertThat(index.size()).isZero();
  }

  @Test
  void requestsTheWorkerCannotTakeHideNoOtherOfTheirSize() {
    WaitingIndex index = new WaitingIndex(FairnessSettings.DEFAULT);
    for (int i = 0; i < 20; i++) {
      index.put(
          candidate("r" + (10 + i), ServiceClass.BATCH, NOW, NOW + SECOND + i, 100),
          Delay.NONE,
          NOW);
    }
    List<String> taken = new ArrayList<>();
    index.heads(
        TARGET,
        ServiceClass.BATCH,
        worker("w"),
        SlackRank.DEFAULT,
        NOW,
        (candidate, served) -> {
          boolean fits = candidate.key().equals("r29");
          if (fits) {
            taken.add(candidate.key());
          }
          return fits;
        });
    assertThat(taken).containsExactly("r29");
  }

  @Test
  void aRequestThatBacksOffIsNotOfferedBeforeItsTime() {
    WaitingIndex index = new WaitingIndex(FairnessSettings.DEFAULT);
    index.put(
        candidate("a", ServiceClass.BATCH, NOW, NOW + SECOND, 10), new Delay(NOW + 10, false), NOW);
    assertThat(index.offers(TARGET)).isFalse();
    index.release(NOW + 9);
    assertThat(index.offers(TARGET)).isFalse();
    index.release(NOW + 10);
    assertThat(index.offers(TARGET)).isTrue();
  }

  @Test
  void theFirstDeadlineIsFoundAlsoWhileBackingOff() {
    WaitingIndex index = new WaitingIndex(FairnessSettings.DEFAULT);
    Candidate first = candidate("a", ServiceClass.BATCH, NOW, NOW + SECOND, 10);
    index.put(first, new Delay(Long.MAX_VALUE, false), NOW);
    index.put(candidate("b", ServiceClass.BATCH, NOW, NOW + 2 * SECOND, 10), Delay.NONE, NOW);
    assertThat(index.expired(first.deadline() - 1)).isNull();
    assertThat(index.expired(first.deadline())).isEqualTo(first);
  }

  @Test
  void theCensusAddsUpWhatWaits() {
    WaitingIndex index = new WaitingIndex(FairnessSettings.DEFAULT);
    index.put(candidate("a", ServiceClass.BATCH, NOW - 5, NOW + SECOND, 10), Delay.NONE, NOW);
    index.put(candidate("b", ServiceClass.BATCH, NOW, NOW + SECOND, 30), Delay.NONE, NOW);
    index.put(candidate("c", ServiceClass.INTERACTIVE, NOW, NOW + SECOND, 7), Delay.NONE, NOW);
    index.remove("c");
    List<ClassCensus> census = new ArrayList<>();
    index.census(census::add);
    assertThat(census)
        .containsExactly(new ClassCensus(TARGET, ServiceClass.BATCH, 2, 0, 0, NOW - 5, 40, 20));
  }

  @Test
  void theCensusCountsWhatBacksOffAndWhatIsDeferred() {
    WaitingIndex index = new WaitingIndex(FairnessSettings.DEFAULT);
    index.put(candidate("a", ServiceClass.BATCH, NOW, NOW + SECOND, 10), Delay.NONE, NOW);
    Candidate backsOff = candidate("b", ServiceClass.BATCH, NOW, NOW + SECOND, 30);
    index.put(backsOff, new Delay(NOW + 10, false), NOW);
    Candidate deferred = candidate("c", ServiceClass.STANDARD, NOW, NOW + SECOND, 50);
    index.put(deferred, new Delay(NOW + 20, true), NOW);
    assertThat(census(index))
        .containsExactlyInAnyOrder(
            new ClassCensus(TARGET, ServiceClass.BATCH, 1, 1, 0, NOW, 40, 20),
            new ClassCensus(TARGET, ServiceClass.STANDARD, 0, 0, 1, Long.MAX_VALUE, 0, 0));
    assertThat(index.awaited()).containsExactly(TARGET);
    index.remove("a");
    index.release(NOW + 10);
    index.remove("c");
    assertThat(census(index))
        .containsExactly(new ClassCensus(TARGET, ServiceClass.BATCH, 1, 0, 0, NOW, 30, 10));
  }

  /** Whatever comes, waits, is released and goes: the census leaves nothing out. */
  @Property(tries = 100)
  void theCensusCountsEverythingThatWaits(
      @ForAll @Size(max = 200) List<@IntRange(max = 999) Integer> steps) {
    WaitingIndex index = new WaitingIndex(FairnessSettings.DEFAULT);
    long now = NOW;
    for (int step : steps) {
      String id = "r" + step % 20;
      ServiceClass serviceClass = CLASSES.get(step % CLASSES.size());
      switch (step % 5) {
        case 0 -> index.remove(id);
        case 1 -> index.release(now);
        case 2 -> index.put(candidate(id, serviceClass, now, now + SECOND, 7), Delay.NONE, now);
        default ->
            index.put(
                candidate(id, serviceClass, now, now + SECOND, 7),
                new Delay(now + step, step % 2 == 0),
                now);
      }
      now += 50;
      assertThat(
              census(index).stream()
                  .mapToInt(each -> each.offered() + each.backingOff() + each.deferred())
                  .sum())
          .isEqualTo(index.size());
    }
  }

  private static List<ClassCensus> census(WaitingIndex index) {
    List<ClassCensus> census = new ArrayList<>();
    index.census(census::add);
    return census;
  }

  @Test
  void aHundredThousandTenantsCostNoMoreLooksThanAFew() {
    WaitingIndex index = new WaitingIndex(FairnessSettings.DEFAULT);
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      Candidate any =
          candidate(
              "r" + i,
              ServiceClass.STANDARD,
              NOW,
              NOW + random.nextLong(20 * SECOND),
              1 + random.nextInt(8000));
      index.put(
          new Candidate(
              any.key(),
              TARGET,
              any.serviceClass(),
              "tenant" + i,
              any.acceptedAt(),
              any.firstTokenBy(),
              any.deadline(),
              any.promptTokens(),
              any.kvTokens(),
              null,
              0,
              false,
              false,
              false),
          Delay.NONE,
          NOW);
    }
    assertThat(heads(index, worker("w"), NOW + SECOND)).hasSizeLessThan(2000);
  }

  private static List<Candidate> heads(WaitingIndex index, WorkerView worker, long now) {
    List<Candidate> heads = new ArrayList<>();
    for (ServiceClass serviceClass : ServiceClass.values()) {
      index.heads(
          TARGET,
          serviceClass,
          worker,
          SlackRank.DEFAULT,
          now,
          (candidate, served) -> heads.add(candidate));
    }
    return heads;
  }
}
