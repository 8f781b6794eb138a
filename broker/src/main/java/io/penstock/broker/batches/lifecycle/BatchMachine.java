package io.penstock.broker.batches.lifecycle;

import io.penstock.broker.batches.input.InputFault;
import io.penstock.broker.batches.input.InputVerdict;
import io.penstock.broker.batches.output.OutputLines;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.TerminalStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The life of a batch: what every event does in every state. Pure: whoever runs the batch carries
 * out the effects.
 *
 * <pre>
 *              VALIDATING        IN_PROGRESS        FINALIZING          CANCELLING     terminal
 * Judged       IN_PROGRESS       -                  -                   -              -
 *              or FAILED
 * Fed          -                 counted            -                   -              -
 * Answered     -                 line 1 2           line 1              line 1         -
 * GivenUp      -                 -                  line 3              line 3         -
 * Refused      -                 line 2             -                   -              -
 * TooLarge     FAILED            FAILED             FAILED              FAILED         FAILED
 * CancelAsked  CANCELLED         CANCELLING         -                   -              -
 * Tick         -                 FINALIZING 4       -                   -              -
 * Settled      -                 -                  COMPLETED           CANCELLED 5    -
 *                                                   or EXPIRED 5
 *
 * 1  in one of the files, unless the request has one already or the record is a repetition
 * 2  FINALIZING once every request has a line
 * 3  if it was not fed, or the grace for what was fed is over
 * 4  once its window has closed
 * 5  if every request has a line; EXPIRED if any was not run in time
 * </pre>
 */
public final class BatchMachine {

  /**
   * What follows from an event.
   *
   * @param batch as it is now
   * @param effects to carry out in this order
   */
  public record Decision(Batch batch, List<BatchEffect> effects) {

    public Decision {
      effects = List.copyOf(effects);
    }
  }

  private static final String TOO_LARGE = "batch_too_large";

  private final Duration grace;

  /**
   * @param grace how long what waits or runs is awaited once a batch is cancelled or its window has
   *     closed
   */
  public BatchMachine(Duration grace) {
    this.grace = grace;
  }

  /** Decides what an event does. Never throws for any pair of batch and event. */
  public Decision decide(Batch batch, BatchEvent event, Instant now) {
    return switch (event) {
      case BatchEvent.Judged(InputVerdict verdict) -> judged(batch, verdict, now);
      case BatchEvent.Fed(int number, long offset) ->
          batch.status() == BatchStatus.IN_PROGRESS && number > batch.fed()
              ? quietly(batch.fedUpTo(number, offset))
              : quietly(batch);
      case BatchEvent.Answered(int number, InferenceResult result) ->
          answered(batch, number, result, now);
      case BatchEvent.GivenUp(int number, String customId) -> givenUp(batch, number, customId, now);
      case BatchEvent.Refused(int number, String customId, String message) ->
          batch.status() == BatchStatus.IN_PROGRESS && isOpen(batch, number)
              ? line(
                  batch,
                  number,
                  OutcomeKind.FAILED,
                  batch.tally(),
                  OutputLines.refused(batch.order().requestId(number), customId, message),
                  now)
              : quietly(batch);
      case BatchEvent.TooLarge() -> tooLarge(batch, now);
      case BatchEvent.CancelAsked() -> cancelled(batch, now);
      case BatchEvent.Tick() -> tick(batch, now);
      case BatchEvent.Settled() -> settled(batch, now);
    };
  }

  /** Whether a request gets no answer any more, so that its line must say so. */
  public boolean isGivenUp(Batch batch, int number, Instant now) {
    return isClosing(batch)
        && isOpen(batch, number)
        && (number > batch.fed() || !now.isBefore(awaitedUntil(batch)));
  }

  /** How many requests get no answer any more and have no line that says so. */
  public int givenUp(Batch batch, Instant now) {
    if (!isClosing(batch)) {
      return 0;
    }
    int fed = now.isBefore(awaitedUntil(batch)) ? batch.outstanding() : 0;
    return batch.remaining() - fed;
  }

  private static boolean isClosing(Batch batch) {
    return batch.status() == BatchStatus.CANCELLING || batch.status() == BatchStatus.FINALIZING;
  }

  /** A second time-limit never prolongs the first. */
  private Instant awaitedUntil(Batch batch) {
    return batch
        .reachedAt(BatchStatus.CANCELLING)
        .or(() -> batch.reachedAt(BatchStatus.FINALIZING))
        .orElse(batch.order().expiresAt())
        .plus(grace);
  }

  private static Decision judged(Batch batch, InputVerdict verdict, Instant now) {
    if (batch.status() != BatchStatus.VALIDATING) {
      return quietly(batch);
    }
    Batch next =
        switch (verdict) {
          case InputVerdict.Accepted accepted ->
              batch.judged(accepted.requests(), accepted.model()).at(BatchStatus.IN_PROGRESS, now);
          case InputVerdict.Refused refused ->
              batch.refused(refused.faults()).at(BatchStatus.FAILED, now);
        };
    return new Decision(next, List.of(new BatchEffect.Checkpoint()));
  }

  private static Decision answered(Batch batch, int number, InferenceResult result, Instant now) {
    boolean counts =
        batch.status() != BatchStatus.VALIDATING
            && !batch.status().isTerminal()
            && isOpen(batch, number)
            && result.getRepetition().isEmpty();
    if (!counts) {
      return quietly(batch);
    }
    Tally tally = result.getUsage().map(batch.tally()::plus).orElse(batch.tally());
    byte[] line = OutputLines.of(result);
    return line(batch, number, kind(result.getStatus()), tally, line, now);
  }

  private static OutcomeKind kind(TerminalStatus status) {
    return switch (status) {
      case SUCCEEDED -> OutcomeKind.COMPLETED;
      case FAILED -> OutcomeKind.FAILED;
      case EXPIRED -> OutcomeKind.EXPIRED;
      case CANCELLED -> OutcomeKind.CANCELLED;
    };
  }

  private Decision givenUp(Batch batch, int number, String customId, Instant now) {
    if (!isGivenUp(batch, number, now)) {
      return quietly(batch);
    }
    String id = batch.order().requestId(number);
    return batch.status() == BatchStatus.CANCELLING
        ? line(
            batch,
            number,
            OutcomeKind.CANCELLED,
            batch.tally(),
            OutputLines.cancelled(id, customId),
            now)
        : line(
            batch,
            number,
            OutcomeKind.EXPIRED,
            batch.tally(),
            OutputLines.expired(id, customId),
            now);
  }

  private static Decision line(
      Batch batch, int number, OutcomeKind kind, Tally tally, byte[] line, Instant now) {
    Batch next = batch.answered(number, tally.plus(kind));
    BatchEffect effect =
        kind == OutcomeKind.COMPLETED
            ? new BatchEffect.OutputLine(line)
            : new BatchEffect.ErrorLine(line);
    if (next.remaining() > 0 || next.status() != BatchStatus.IN_PROGRESS) {
      return new Decision(next, List.of(effect));
    }
    return new Decision(
        next.at(BatchStatus.FINALIZING, now), List.of(effect, new BatchEffect.Checkpoint()));
  }

  /** Whether it failed since its record was too large. */
  public static boolean isTooLarge(Batch batch) {
    return batch.faults().stream().anyMatch(fault -> fault.code().equals(TOO_LARGE));
  }

  /** Also an end that was decided and could not be written down becomes this one. */
  private static Decision tooLarge(Batch batch, Instant now) {
    InputFault fault =
        new InputFault(
            TOO_LARGE,
            "The batch needs more room than a record of it may have, and cannot go on. Split the"
                + " file into several batches.",
            null,
            null);
    return new Decision(
        batch.withoutFiles().refused(List.of(fault)).at(BatchStatus.FAILED, now),
        List.of(new BatchEffect.CancelOutstanding(), new BatchEffect.Checkpoint()));
  }

  private static Decision cancelled(Batch batch, Instant now) {
    return switch (batch.status()) {
      case VALIDATING ->
          new Decision(
              batch.at(BatchStatus.CANCELLING, now).at(BatchStatus.CANCELLED, now),
              List.of(new BatchEffect.Checkpoint()));
      case IN_PROGRESS ->
          new Decision(
              batch.at(BatchStatus.CANCELLING, now),
              List.of(new BatchEffect.Checkpoint(), new BatchEffect.CancelOutstanding()));
      case FINALIZING, CANCELLING, COMPLETED, FAILED, EXPIRED, CANCELLED -> quietly(batch);
    };
  }

  private static Decision tick(Batch batch, Instant now) {
    boolean late =
        batch.status() == BatchStatus.IN_PROGRESS && !now.isBefore(batch.order().expiresAt());
    return late
        ? new Decision(batch.at(BatchStatus.FINALIZING, now), List.of(new BatchEffect.Checkpoint()))
        : quietly(batch);
  }

  private static Decision settled(Batch batch, Instant now) {
    if (!isClosing(batch) || batch.remaining() > 0) {
      return quietly(batch);
    }
    BatchStatus end;
    if (batch.status() == BatchStatus.CANCELLING) {
      end = BatchStatus.CANCELLED;
    } else {
      end = batch.tally().expired() > 0 ? BatchStatus.EXPIRED : BatchStatus.COMPLETED;
    }
    return new Decision(batch.at(end, now), List.of(new BatchEffect.Checkpoint()));
  }

  private static boolean isOpen(Batch batch, int number) {
    return number >= 1 && number <= batch.total() && !batch.answered().contains(number);
  }

  private static Decision quietly(Batch batch) {
    return new Decision(batch, List.of());
  }
}
