package io.penstock.streams.score.candidate;

import io.penstock.schemas.fleet.TargetStatus;
import io.penstock.streams.score.hash.StableHash;
import java.util.Optional;

/**
 * Tells whether a candidate is to be given requests now.
 *
 * @param usable false: only if nothing else is left
 * @param reason why not; empty if it is
 */
public record Availability(boolean usable, String reason) {

  /** How many requests of a thousand try a target that is being tried again. */
  static final int PROBES_OF_THOUSAND = 50;

  private static final Availability USABLE = new Availability(true, "");

  /**
   * Judges a target. A target of which nothing is known is usable. While it is half open, a small
   * share of requests, the same ones whenever they are asked about, is let in to see whether it
   * serves.
   */
  public static Availability of(Optional<TargetStatus> status, String requestId) {
    return status.map(known -> known(known, requestId)).orElse(USABLE);
  }

  private static Availability known(TargetStatus status, String requestId) {
    return switch (status.health()) {
      case HEALTHY -> USABLE;
      case PROBING ->
          probes(status.target().toString(), requestId)
              ? USABLE
              : new Availability(false, why(status, "is being tried again"));
      case UNHEALTHY -> new Availability(false, why(status, "is unhealthy"));
    };
  }

  private static boolean probes(String target, String requestId) {
    long hash = new StableHash().add("probe").add(target).add(requestId).value();
    return Long.remainderUnsigned(hash, 1000) < PROBES_OF_THOUSAND;
  }

  private static String why(TargetStatus status, String what) {
    return status.reason().isEmpty() ? what : what + ": " + status.reason();
  }
}
