package io.penstock.workers.demand;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.workers.demand.WindowAllocation.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class WindowAllocationTest {

  @Test
  void aLonePartitionGetsAllThatIsFree() {
    assertThat(WindowAllocation.spread(8, 8, List.of(new Share(3, 2, 0, 1)), 0))
        .isEqualTo(Map.of(3, 6));
  }

  @Test
  void idlePartitionsTieUpNoMoreThanOneLeaseEach() {
    List<Share> idle = List.of(new Share(0, 0, 0, 1), new Share(1, 0, 0, 1));
    assertThat(WindowAllocation.spread(8, 8, idle, 0)).isEqualTo(Map.of(0, 1, 1, 1));
  }

  @Test
  void aBusyPartitionGetsItsAppetiteUpToItsFairShare() {
    List<Share> shares = List.of(new Share(0, 0, 4, 16), new Share(1, 1, 0, 1));
    assertThat(WindowAllocation.spread(12, 16, shares, 0)).isEqualTo(Map.of(0, 8));
  }

  @Test
  void whoHasNothingComesBeforeWhoHoldsSomething() {
    List<Share> shares = List.of(new Share(0, 0, 3, 8), new Share(1, 0, 0, 1));
    assertThat(WindowAllocation.spread(1, 4, shares, 0)).isEqualTo(Map.of(1, 1));
    assertThat(WindowAllocation.spread(1, 4, shares, 1)).isEqualTo(Map.of(1, 1));
  }

  @Test
  void theLastSlotGoesToEachInTurn() {
    List<Share> shares =
        List.of(new Share(0, 0, 1, 1), new Share(1, 0, 1, 1), new Share(2, 0, 1, 1));
    TreeSet<Integer> winners = new TreeSet<>();
    for (int turn = 0; turn < 3; turn++) {
      winners.addAll(WindowAllocation.spread(1, 4, shares, turn).keySet());
    }
    assertThat(winners).containsExactly(0, 1, 2);
  }

  @Property
  void openWindowsNeverExceedWhatIsFree(
      @ForAll @IntRange(max = 40) int capacity,
      @ForAll @Size(max = 6) List<@IntRange(max = 10) Integer> opens,
      @ForAll int turn) {
    List<Share> shares = new ArrayList<>();
    for (int i = 0; i < opens.size(); i++) {
      shares.add(new Share(i, opens.get(i), i % 3, 1 << i));
    }
    int before = opens.stream().mapToInt(i -> i).sum();
    Map<Integer, Integer> grants = WindowAllocation.spread(capacity, 40, shares, turn);
    assertThat(grants.values()).allMatch(grant -> grant > 0);
    int after = before + grants.values().stream().mapToInt(i -> i).sum();
    assertThat(after).isLessThanOrEqualTo(Math.max(before, capacity));
  }
}
