package io.penstock.workers.demand;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Spreads free capacity over the windows of several partitions. A window cannot be taken back
 * within a session, so an idle partition must not tie up what a busy one could use:
 *
 * <ul>
 *   <li>the sum of what is open never exceeds the free capacity;
 *   <li>a partition that holds nothing and has nothing open comes first, so none starves while
 *       there are as many slots as partitions;
 *   <li>no partition has more open than its fair share, nor more than its appetite, which starts at
 *       1, doubles when a window is used up and halves while nothing comes;
 *   <li>ties are broken by turns.
 * </ul>
 */
public final class WindowAllocation {

  private WindowAllocation() {}

  /**
   * The share of one partition in the allocation.
   *
   * @param partition the model partition
   * @param open leases asked for and not received
   * @param held leases held of this partition
   * @param appetite the most that may be open, 1 or more
   */
  public record Share(int partition, int open, int held, int appetite) {}

  /**
   * Returns how many leases to ask for in addition, by partition; partitions not named get none.
   *
   * @param capacity leases that may be held and open together beyond those held, 0 or more
   * @param slots the configured slots, which fair shares are taken of
   * @param turn counts up by one with each call that gave something; whose turn it is first
   */
  public static Map<Integer, Integer> spread(
      int capacity, int slots, List<Share> shares, int turn) {
    Map<Integer, Integer> grants = new TreeMap<>();
    int free = capacity - shares.stream().mapToInt(Share::open).sum();
    if (shares.isEmpty() || free <= 0) {
      return grants;
    }
    if (shares.size() == 1) {
      grants.put(shares.getFirst().partition(), free);
      return grants;
    }
    int fair = Math.max(1, slots / shares.size());
    List<Share> queue = inTurn(shares, turn);
    boolean gave = true;
    while (free > 0 && gave) {
      gave = false;
      for (Share share : queue) {
        int open = share.open() + grants.getOrDefault(share.partition(), 0);
        if (free > 0 && open < Math.min(fair, share.appetite())) {
          grants.merge(share.partition(), 1, Integer::sum);
          free--;
          gave = true;
        }
      }
    }
    return grants;
  }

  /**
   * Orders partitions: first those with nothing held or open, then those with nothing open; within
   * each, by turns.
   */
  private static List<Share> inTurn(List<Share> shares, int turn) {
    List<Share> queue = new ArrayList<>(shares);
    queue.sort(Comparator.comparingInt(Share::partition));
    Collections.rotate(queue, -Math.floorMod(turn, queue.size()));
    queue.sort(
        Comparator.comparingInt(
            share -> Math.min(share.open(), 1) * 2 + Math.min(share.held(), 1)));
    return queue;
  }
}
