package io.penstock.compose.bench.faults.fleet;

import io.penstock.compose.bench.faults.plan.FaultType;
import io.penstock.compose.bench.faults.plan.FaultsLayout;
import io.penstock.compose.bench.faults.plan.PlannedFault;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What the processes must be started with, so that a plan's faults can happen to them.
 *
 * @param cuttable those that may be cut off from Kafka
 * @param shifted those whose clocks may jump
 * @param smallDisks the brokers whose disks may be full
 */
record FleetNeeds(Set<String> cuttable, Set<String> shifted, Set<String> smallDisks) {

  static FleetNeeds of(List<PlannedFault> plan, FaultsLayout layout) {
    Set<String> cuttable = new LinkedHashSet<>();
    Set<String> shifted = new LinkedHashSet<>();
    Set<String> smallDisks = new LinkedHashSet<>();
    for (PlannedFault fault : plan) {
      FaultType.Action action = fault.type().action();
      if (action == FaultType.Action.PARTITION) {
        if (fault.target().equals(FaultsLayout.ACTIVE_DISPATCH)) {
          cuttable.addAll(layout.dispatchNames());
        } else {
          cuttable.add(fault.target());
        }
      } else if (action == FaultType.Action.SKEW) {
        shifted.add(fault.target());
      } else if (action == FaultType.Action.FILL_DISK) {
        smallDisks.add(fault.target());
      }
    }
    return new FleetNeeds(Set.copyOf(cuttable), Set.copyOf(shifted), Set.copyOf(smallDisks));
  }
}
