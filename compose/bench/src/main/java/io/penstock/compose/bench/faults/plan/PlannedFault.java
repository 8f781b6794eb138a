package io.penstock.compose.bench.faults.plan;

import java.time.Duration;

/**
 * A fault as the seed has it.
 *
 * @param at when it begins, from the begin of the load; later if the one before has not ended
 * @param type what happens
 * @param target to whom: the name of a process, or of a role that is looked up when it begins, such
 *     as {@link FaultsLayout#ACTIVE_DISPATCH}
 * @param length how long it lasts until it is taken back
 * @param skew by how much a clock jumps; zero where none does
 */
public record PlannedFault(
    Duration at, FaultType type, String target, Duration length, Duration skew) {

  /** For a person. */
  public String text() {
    String jump = skew.isZero() ? "" : " by %+d s".formatted(skew.toSeconds());
    return "%6.1f s  %s of %s%s for %.1f s"
        .formatted(at.toMillis() / 1e3, type.label(), target, jump, length.toMillis() / 1e3);
  }
}
