package io.penstock.compose.bench.protocol;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one simulation, which decide everything that happens in it.
 *
 * @param seed of everything random
 * @param requests how many requests arrive, those of batches included, 1 to 100 million
 * @param faults what may go wrong
 * @param planted a bug to have on purpose; null for none
 */
public record ProtocolSettings(
    long seed, int requests, Set<FaultKind> faults, @Nullable PlantedBug planted) {

  private static final int MOST_REQUESTS = 100_000_000;

  public ProtocolSettings {
    if (requests < 1 || requests > MOST_REQUESTS) {
      throw new IllegalArgumentException(
          "requests is %d; it must be 1 to %d".formatted(requests, MOST_REQUESTS));
    }
    EnumSet<FaultKind> ordered = EnumSet.noneOf(FaultKind.class);
    ordered.addAll(faults);
    faults = Collections.unmodifiableSet(ordered);
  }

  /** With every kind of fault, and no bug. */
  public static ProtocolSettings of(long seed, int requests) {
    return new ProtocolSettings(seed, requests, EnumSet.allOf(FaultKind.class), null);
  }

  /** The same with another seed and number of requests. */
  public ProtocolSettings with(long newSeed, int newRequests) {
    return new ProtocolSettings(newSeed, newRequests, faults, planted);
  }

  /** The same without a kind of fault. */
  public ProtocolSettings without(FaultKind kind) {
    EnumSet<FaultKind> fewer = EnumSet.noneOf(FaultKind.class);
    fewer.addAll(faults);
    fewer.remove(kind);
    return new ProtocolSettings(seed, requests, fewer, planted);
  }

  /** The same with a bug. */
  public ProtocolSettings planting(PlantedBug bug) {
    return new ProtocolSettings(seed, requests, faults, bug);
  }

  /** The command that repeats the run. */
  public String command() {
    StringBuilder command = new StringBuilder("./penstock bench simulate-faults");
    command.append(" --seed ").append(seed).append(" --requests ").append(requests);
    if (faults.size() < FaultKind.values().length) {
      String labels =
          faults.isEmpty()
              ? "none"
              : faults.stream().map(FaultKind::label).collect(Collectors.joining(","));
      command.append(" --faults ").append(labels);
    }
    if (planted != null) {
      command.append(" --plant ").append(planted.label());
    }
    return command.toString();
  }
}
