package io.penstock.compose.bench.protocol;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.TerminalStatus;
import io.penstock.streams.dispatch.lifecycle.Effect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * Reads everything that is committed, in order, and holds it against what must be true. It knows
 * what clients, workers and the network did, and nothing of the parts' own state.
 */
final class Audit {

  private static final byte NOWHERE = -1;
  private static final int MARGIN = 1_000;

  /** Lines of batches whose numbers are so far behind are never submitted any more. */
  private static final int LATEST = 200_000;

  /** What is known of a request, one bit each. */
  private static final int ACCEPTED = 1;

  private static final int ENDED = 2;
  private static final int LEASED = 4;
  private static final int CANCEL_ASKED = 8;
  private static final int ANSWERED = 16;
  private static final int CHANGED = 32;
  private static final int REPEATED = 64;
  private static final int CONFLICTS = 128;
  private static final int SUCCEEDED = 256;

  private final History history;
  private final Windows windows = new Windows();
  private final short[] known;
  private final short[] attempts;
  private final short[] runs;
  private final byte[] shard;

  /** The shards that read and committed a request's cancellation, one bit each. */
  private final byte[] cancelRead;

  /** Deadlines in milliseconds since the epoch. */
  private final long[] deadlines;

  /** When each was accepted, in seconds since the epoch. */
  private final int[] acceptedAt;

  private int accepted;
  private int ended;
  private int highest;

  /** Below it everything has ended, or was never accepted and is too old to be. */
  private int firstOpen;

  private long again;
  private long grants;
  private long repetitions;
  private long transfers;

  Audit(int requests, History history) {
    this.history = history;
    int size = requests + MARGIN;
    known = new short[size];
    attempts = new short[size];
    runs = new short[size];
    shard = new byte[size];
    cancelRead = new byte[size];
    deadlines = new long[size];
    acceptedAt = new int[size];
    Arrays.fill(shard, NOWHERE);
  }

  // What clients, workers and the network did.

  /** A request was written to a shard's work, for the first time or again. */
  void submitted(int number, int toShard, Instant deadline, Instant now) {
    highest = Math.max(highest, number);
    if (has(number, ACCEPTED)) {
      set(number, REPEATED);
      return;
    }
    set(number, ACCEPTED);
    accepted++;
    shard[number] = (byte) toShard;
    deadlines[number] = deadline.toEpochMilli();
    acceptedAt[number] = (int) now.getEpochSecond();
  }

  /** Another request was written under the id of one that is known. */
  void conflicting(int number) {
    set(number, CONFLICTS);
  }

  void cancelAsked(int number) {
    set(number, CANCEL_ASKED);
  }

  /** An operator asks to change a request's class or deadline. */
  void changeAsked(int number) {
    set(number, CHANGED);
  }

  /** A shard committed that it read a cancellation. */
  void cancelRead(int number, int byShard) {
    cancelRead[number] |= (byte) (1 << byShard);
  }

  void started(int number) {
    again += runs[number] > 0 ? 1 : 0;
    runs[number]++;
  }

  void answered(int number) {
    set(number, ANSWERED);
  }

  Windows windows() {
    return windows;
  }

  // What was committed.

  /**
   * A shard committed this.
   *
   * @param now by the clock of the process that decided it
   */
  void committed(int byShard, Effect effect, Instant now) {
    switch (effect) {
      case Effect.Answer(InferenceResult result) -> answer(byShard, result, now);
      case Effect.Instruct(Lease lease) -> {
        if (lease.getAction() == LeaseAction.GRANT) {
          grant(byShard, lease);
        }
      }
      case Effect.Announce(RequestStatus status) -> announced(byShard, status);
      case Effect.Transfer transfer -> transferred(byShard, transfer);
      case Effect.Bury _, Effect.Report _ -> {}
    }
  }

  private void grant(int byShard, Lease lease) {
    int number = RequestIds.number(lease.getRequestId());
    history.add(number * 31L + lease.getAttempt());
    history.add(lease.getWorkerId());
    grants++;
    if (has(number, ENDED)) {
      throw violated(
          Invariant.NO_LEASE_AFTER_END, "shard %d leased %s, which has ended", byShard, lease);
    }
    if (((cancelRead[number] >> byShard) & 1) != 0) {
      throw violated(
          Invariant.NO_LEASE_AFTER_END,
          "shard %d leased %s, whose cancellation it had read",
          byShard,
          lease);
    }
    if (has(number, LEASED)) {
      throw violated(Invariant.ONE_ATTEMPT, "shard %d leased %s, which is leased", byShard, lease);
    }
    if (shard[number] != byShard) {
      throw violated(
          Invariant.ONE_ATTEMPT, "shard %d leased %s, which is elsewhere", byShard, lease);
    }
    if (lease.getAttempt() <= attempts[number]) {
      throw violated(
          Invariant.ONE_ATTEMPT,
          "shard %d leased %s with a number that is not greater than before",
          byShard,
          lease);
    }
    attempts[number] = (short) lease.getAttempt();
    set(number, LEASED);
    windows.granted(lease);
  }

  private void announced(int byShard, RequestStatus status) {
    if (status.getState() != RequestState.WAITING) {
      return;
    }
    int number = RequestIds.number(status.getId());
    if (shard[number] != byShard || has(number, ENDED)) {
      throw new ViolationException(
          Invariant.ONE_ATTEMPT,
          "%s waits in shard %d, and %s"
              .formatted(
                  status.getId(),
                  byShard,
                  has(number, ENDED) ? "has ended" : "is in shard " + shard[number]));
    }
    clear(number, LEASED);
  }

  private void transferred(int byShard, Effect.Transfer transfer) {
    if (transfer.transfer().getAsks()) {
      return;
    }
    String id = transfer.transfer().getEntry().getFacts().getId();
    int number = RequestIds.number(id);
    history.add(number * 37L + transfer.partition());
    transfers++;
    if (shard[number] != byShard || has(number, ENDED)) {
      throw new ViolationException(
          Invariant.ONE_ATTEMPT,
          "shard %d hands over %s, which is not there".formatted(byShard, id));
    }
    shard[number] = (byte) transfer.partition();
    clear(number, LEASED);
  }

  private void answer(int byShard, InferenceResult result, Instant now) {
    int number = RequestIds.number(result.getId());
    history.add(number * 41L);
    history.add(result.getStatus().name());
    if (result.getRepetition().isPresent()) {
      repetition(number, result);
      return;
    }
    if (!has(number, ACCEPTED)) {
      throw violated(Invariant.RESULT_EXPLAINED, "%s was never accepted", result);
    }
    if (has(number, ENDED)) {
      throw violated(
          Invariant.ONE_RESULT, "shard " + byShard + " answers %s, which has a result", result);
    }
    if (shard[number] != byShard) {
      throw violated(
          Invariant.ONE_ATTEMPT, "shard " + byShard + " answers %s, which is elsewhere", result);
    }
    explained(number, result, now);
    set(number, ENDED);
    clear(number, LEASED);
    if (result.getStatus() == TerminalStatus.SUCCEEDED) {
      set(number, SUCCEEDED);
    }
    ended++;
  }

  private void explained(int number, InferenceResult result, Instant now) {
    boolean explained =
        switch (result.getStatus()) {
          case SUCCEEDED -> has(number, ANSWERED) && isOwnAnswer(result);
          case CANCELLED -> has(number, CANCEL_ASKED);
          case EXPIRED -> has(number, CHANGED) || now.toEpochMilli() >= deadlines[number];
          case FAILED -> result.getError().isPresent();
        };
    if (!explained) {
      throw violated(
          Invariant.RESULT_EXPLAINED,
          "%s is " + result.getStatus() + ", for which there is no cause",
          result);
    }
  }

  private static boolean isOwnAnswer(InferenceResult result) {
    return result
        .getBody()
        .map(body -> StandardCharsets.UTF_8.decode(body.duplicate()).toString())
        .filter(body -> body.contains('"' + result.getId() + '"'))
        .isPresent();
  }

  private void repetition(int number, InferenceResult result) {
    repetitions++;
    boolean explained =
        result.getRepetition().orElseThrow() == Repetition.SAME
            ? has(number, ENDED) && result.getBody().isEmpty()
            : has(number, CONFLICTS);
    if (!explained) {
      throw violated(
          Invariant.RESULT_EXPLAINED,
          "%s is answered as " + result.getRepetition().get() + ", and is not",
          result);
    }
  }

  // What is asked at the end of a calm.

  /** Every request that was accepted before a time must have ended. */
  void requireEnded(Instant before, Duration calm) {
    boolean all = true;
    for (int number = firstOpen; number <= highest; number++) {
      boolean open = has(number, ACCEPTED) && !has(number, ENDED);
      if (open && acceptedAt[number] < before.getEpochSecond()) {
        throw new ViolationException(
            Invariant.NOTHING_WAITS,
            "request %d is %s in shard %d after %s without a fault"
                .formatted(
                    number, has(number, LEASED) ? "leased" : "waiting", shard[number], calm));
      }
      all &= !open && (has(number, ENDED) || number < highest - LATEST);
      if (all) {
        firstOpen = number + 1;
      }
    }
  }

  /** Returns whether a request's result says that it succeeded. */
  boolean hasSucceeded(int number) {
    return has(number, SUCCEEDED);
  }

  int accepted() {
    return accepted;
  }

  int ended() {
    return ended;
  }

  long grants() {
    return grants;
  }

  /** How often an engine began a request that one had begun before. */
  long startedAgain() {
    return again;
  }

  long repetitions() {
    return repetitions;
  }

  long transfers() {
    return transfers;
  }

  private boolean has(int number, int bit) {
    return (known[number] & bit) != 0;
  }

  private void set(int number, int bit) {
    known[number] |= (short) bit;
  }

  private void clear(int number, int bit) {
    known[number] &= (short) ~bit;
  }

  private static ViolationException violated(
      Invariant invariant, String form, int byShard, Lease lease) {
    return new ViolationException(
        invariant,
        form.formatted(
            byShard,
            "%s to %s as attempt %d"
                .formatted(lease.getRequestId(), lease.getWorkerId(), lease.getAttempt())));
  }

  private static ViolationException violated(
      Invariant invariant, String form, InferenceResult result) {
    return new ViolationException(
        invariant, form.formatted("%s (%s)".formatted(result.getId(), result.getStatus())));
  }
}
