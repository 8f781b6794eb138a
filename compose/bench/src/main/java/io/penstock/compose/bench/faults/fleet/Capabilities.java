package io.penstock.compose.bench.faults.fleet;

import io.penstock.compose.bench.faults.plan.FaultType;
import io.penstock.compose.bench.faults.plan.FaultType.Action;
import io.penstock.compose.bench.faults.plan.FaultsLayout;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

/** Which types of faults this machine cannot have, and why. */
public final class Capabilities {

  private Capabilities() {}

  /**
   * Looks; tries to mount something where a type needs that.
   *
   * @param scratch a folder to try it on
   */
  public static Map<FaultType, String> missing(
      Collection<FaultType> types, FaultsLayout layout, Path scratch) throws InterruptedException {
    Map<FaultType, String> missing = new EnumMap<>(FaultType.class);
    for (FaultType type : types) {
      if (layout.brokers() == 1 && type.needsSeveralBrokers()) {
        missing.put(type, "one broker of one is all of Kafka; run with --brokers 3");
      } else if (type.action() == Action.SKEW && ShiftedClock.library().isEmpty()) {
        missing.put(type, "libfaketime is not installed (Debian: apt install faketime)");
      } else if (type.action() == Action.FILL_DISK && !SmallDisk.isPossible(scratch)) {
        missing.put(type, "a tmpfs cannot be mounted here; run as root on Linux");
      }
    }
    return missing;
  }
}
