package io.penstock.compose.bench.faults.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FaultPlanTest {

  private static final FaultsLayout CLUSTER = new FaultsLayout(3, 2);
  private static final List<FaultType> ALL = Arrays.asList(FaultType.values());

  private static List<PlannedFault> plan(long seed, int minutes) {
    return FaultPlan.of(seed, Duration.ofMinutes(minutes), CLUSTER, ALL, false);
  }

  @Test
  void aSeedHasOnePlanWhateverTheOrderOfTheTypes() {
    List<PlannedFault> plan = plan(7, 10);
    assertThat(plan).hasSizeGreaterThan(8).isEqualTo(plan(7, 10));
    assertThat(plan)
        .isEqualTo(FaultPlan.of(7, Duration.ofMinutes(10), CLUSTER, ALL.reversed(), false));
    assertThat(plan(8, 10)).isNotEqualTo(plan);
  }

  @Test
  void oneComesAtATimeAndThePartsHaveTimeToRecover() {
    for (long seed = 0; seed < 200; seed++) {
      List<PlannedFault> plan = plan(seed, 30);
      Duration free = Duration.ZERO;
      for (PlannedFault each : plan) {
        assertThat(each.at()).as(each.text()).isGreaterThanOrEqualTo(free);
        Duration end = each.at().plus(each.length()).plus(each.type().recovery());
        assertThat(end).as(each.text()).isLessThanOrEqualTo(Duration.ofMinutes(30));
        free = end.plusSeconds(5);
      }
    }
  }

  @Test
  void everyTypeComesBeforeAnyComesAgainAndInAFewSeedsOfTenMinutesAllDo() {
    List<FaultType> first =
        plan(1, 120).stream().map(PlannedFault::type).limit(ALL.size()).toList();
    assertThat(first).doesNotHaveDuplicates().hasSameSizeAs(ALL);
    Set<FaultType> seen =
        LongStream.range(0, 10)
            .mapToObj(seed -> plan(seed, 10))
            .flatMap(List::stream)
            .map(PlannedFault::type)
            .collect(Collectors.toSet());
    assertThat(seen).isEqualTo(EnumSet.complementOf(EnumSet.of(FaultType.KAFKA_AWAY_400S)));
  }

  @Test
  void aLongFaultComesInALongRunOrWhenItIsNamed() {
    assertThat(plan(1, 14)).noneMatch(each -> each.type().isLong());
    assertThat(
            FaultPlan.of(
                1, Duration.ofMinutes(12), CLUSTER, List.of(FaultType.KAFKA_AWAY_400S), true))
        .singleElement()
        .satisfies(each -> assertThat(each.length()).isEqualTo(Duration.ofSeconds(400)));
  }

  @Test
  void theOnlyBrokerIsNotBrokenAloneButKafkaIsAway() {
    List<PlannedFault> plan =
        FaultPlan.of(1, Duration.ofMinutes(60), new FaultsLayout(1, 2), ALL, false);
    assertThat(plan)
        .noneMatch(each -> each.type().needsSeveralBrokers())
        .anyMatch(each -> each.type() == FaultType.KAFKA_AWAY_20S);
  }

  @Test
  void targetsAndSkewsVaryWithTheSeed() {
    List<PlannedFault> clocks =
        LongStream.range(0, 100)
            .mapToObj(
                seed ->
                    FaultPlan.of(
                        seed, Duration.ofMinutes(2), CLUSTER, List.of(FaultType.CLOCK_5M), true))
            .flatMap(List::stream)
            .toList();
    assertThat(clocks.stream().map(PlannedFault::target).distinct()).hasSize(11);
    assertThat(clocks.stream().map(PlannedFault::skew).distinct())
        .containsExactlyInAnyOrder(Duration.ofMinutes(5), Duration.ofMinutes(-5));
  }
}
