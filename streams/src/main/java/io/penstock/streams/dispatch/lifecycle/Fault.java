package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.ModelAlternative;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whose fault it is that an attempt failed: what that costs the request, and where it goes next.
 */
public sealed interface Fault {

  /**
   * The request's, or a chance nobody can tell from it: it counts against the request.
   *
   * @param elsewhereUntil until when another worker is to try it; null where there is no other
   */
  record OfRequest(@Nullable Instant elsewhereUntil) implements Fault {}

  /**
   * Its target's, which is unhealthy: it costs the request nothing.
   *
   * @param tryFrom when it may be tried again
   */
  record OfTarget(Instant tryFrom) implements Fault {}

  /**
   * The worker's, which was asked to pause, or refused what another may serve: it costs the request
   * nothing.
   *
   * @param avoidUntil until when that worker is not offered it again
   * @param tryFrom when it may be tried again at all
   * @param refused whether the worker refused it, so that the next refusal is believed
   */
  record OfWorker(Instant avoidUntil, Instant tryFrom, boolean refused) implements Fault {}

  /**
   * Nobody's: its prompt is too long for the model, and not for another.
   *
   * @param larger one of its alternatives, whose context is larger
   */
  record OfContext(ModelAlternative larger) implements Fault {}

  /** The request's, and any worker may try it again. */
  Fault REQUEST = new OfRequest(null);
}
