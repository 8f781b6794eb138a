package io.penstock.compose.bench.protocol;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A bug that the simulation can have on purpose, to show that it would be found. Each is in what
 * surrounds the production code, as if a part of Penstock or of Kafka did not do its work.
 */
public enum PlantedBug {
  /** The log lets a dispatch process commit whose shard another has taken over. */
  FENCE_LEFT_OUT,
  /** What a session was granted is forgotten at a take-over, so its window counts again. */
  WINDOW_COUNTED_TWICE,
  /** A transfer is written outside of its transaction: one that is aborted leaves it behind. */
  TRANSFER_REPEATED,
  /** A checkpoint of a batch is written before the part that it names. */
  CHECKPOINT_BEFORE_DATA,
  /** A shard forgets a cancellation that came before its request. */
  LEASE_AFTER_CANCEL;

  /** As it is written in options and reports. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The bug of a label. */
  public static Optional<PlantedBug> of(String label) {
    return Arrays.stream(values()).filter(bug -> bug.label().equals(label)).findFirst();
  }
}
