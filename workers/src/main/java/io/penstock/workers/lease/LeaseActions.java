package io.penstock.workers.lease;

import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a worker that carry out what {@link LeaseTable} decides. {@link LeaseManager} calls
 * them under its lock, so none of them may wait.
 *
 * @param payloads reads payloads
 * @param runs runs requests
 * @param outcomes sends outcomes
 * @param wake wakes the pacemaker
 * @param ignored counts lease records that change nothing, by the reason's tag
 * @param engine tells about the engine and learns from its replies
 */
public record LeaseActions(
    PayloadReads payloads,
    Runs runs,
    Consumer<OutgoingOutcome> outcomes,
    Runnable wake,
    Consumer<String> ignored,
    EngineFeedback engine) {

  /** Reads payloads. */
  @FunctionalInterface
  public interface PayloadReads {

    /** Begins to read; tells {@code events} of PayloadRead or PayloadRefused, once. */
    void read(Attempt attempt, LeaseEvents events);
  }

  /** Runs requests. */
  @FunctionalInterface
  public interface Runs {

    /**
     * Starts the run on a thread of its own; tells {@code events} of FirstToken at most once and
     * then of RunEnded once.
     *
     * @return interrupts the run
     */
    Runnable start(Attempt attempt, EngineRequest request, LeaseEvents events);
  }

  /** Receives what the engine's replies teach about its capacity. */
  public interface EngineFeedback {

    /** Returns whether the engine asked for a pause that is not over: nothing may be started. */
    boolean isPaused(Instant now);

    /**
     * Learns from a run that is over.
     *
     * @param reply what the engine said; null if the run was interrupted
     * @param running requests the engine ran until now, this one included
     * @return the reply to report, with the time left of the pause it may have caused
     */
    @Nullable EngineReply learn(
        Attempt attempt, @Nullable EngineReply reply, int running, Instant now);
  }
}
