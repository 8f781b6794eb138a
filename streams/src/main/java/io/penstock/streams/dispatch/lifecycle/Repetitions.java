package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.ScoredFacts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Answers a request whose id its tenant has used before, as a pure function. The first request and
 * its status stay as they are.
 *
 * <ul>
 *   <li>A request that asks for something else is a conflict, whatever became of the first.
 *   <li>If it asks for the same and the first has ended, it learns how that one ended.
 *   <li>If it asks for the same and the first is still here, it gets no answer of its own: the
 *       result of the first answers both. Where only the second asks for JSON, that result is
 *       copied as JSON too.
 *   <li>If it asks for the same and the first went to another shard, that shard is asked.
 * </ul>
 */
final class Repetitions {

  private static final String WHY = "an equal request came again";

  private final Announcements announcements;
  private final int partition;

  Repetitions(Announcements announcements, int partition) {
    this.announcements = announcements;
    this.partition = partition;
  }

  /** A request of this id waits here or is with a worker. */
  Decision ofRunning(DispatchEntry again, DispatchEntry first, Instant now) {
    if (differs(again, first.getFacts().getFingerprint())) {
      return conflict(again, now);
    }
    return missesItsJson(again, first)
        ? Decision.of(
            State.of(DispatchEntry.newBuilder(first).setAlsoAsJson(true).build()),
            Verdict.DUPLICATE)
        : Decision.unchanged(Verdict.DUPLICATE);
  }

  /** Returns whether it asks for JSON, and would find none where it looks. */
  private static boolean missesItsJson(DispatchEntry again, DispatchEntry first) {
    ScoredFacts asked = again.getFacts();
    ScoredFacts known = first.getFacts();
    boolean isOnItsWay =
        wantsJson(known)
            && (known.getReplyTopic().isEmpty()
                || known.getReplyTopic().equals(asked.getReplyTopic()));
    return wantsJson(asked) && !isOnItsWay && !first.getAlsoAsJson().orElse(false);
  }

  private static boolean wantsJson(ScoredFacts facts) {
    return facts.getResultFormat().filter(ResultFormat.JSON::equals).isPresent();
  }

  /** A request of this id was here. */
  Decision ofGone(DispatchEntry again, DispatchFinished first, Instant now) {
    if (differs(again, first.getFingerprint())) {
      return conflict(again, now);
    }
    if (first.getMovedTo().isPresent()) {
      DispatchEntry asking = DispatchEntry.newBuilder(again).setMoves(first.getMoves()).build();
      return ask(asking, first.getMovedTo().get(), now);
    }
    return first.getStatus().isPresent()
        ? written(Verdict.DUPLICATE, new Effect.Answer(announcements.same(again, first, now)))
        : Decision.unchanged(Verdict.DUPLICATE);
  }

  /**
   * Another shard asks how a request ended that it handed over, and that is not here.
   *
   * @param first what is remembered of it; null if nothing is known of it
   */
  Decision asked(DispatchEntry again, @Nullable DispatchFinished first, Instant now) {
    return first == null ? Decision.unchanged(Verdict.DUPLICATE) : ofGone(again, first, now);
  }

  private Decision ask(DispatchEntry again, int shard, Instant now) {
    DispatchTransfer question = new DispatchTransfer(again, partition, WHY, now, true);
    return written(Verdict.DUPLICATE, new Effect.Transfer(question, shard));
  }

  private Decision conflict(DispatchEntry again, Instant now) {
    Failure failure =
        new Failure(
            FailureCategory.INVALID,
            "id_conflict",
            "The id was used before for a request that asks for something else. Send this one"
                + " under an id of its own.",
            "id",
            409,
            null);
    return written(
        Verdict.CONFLICT,
        new Effect.Answer(announcements.conflict(again, failure, now)),
        new Effect.Bury(announcements.deadLetter(again, failure, null, now)));
  }

  private static Decision written(Verdict verdict, Effect... effects) {
    return new Decision(Optional.empty(), List.of(effects), verdict);
  }

  /**
   * Returns whether two fingerprints differ. If one is unknown, as from an earlier version, they
   * count as the same.
   */
  private static boolean differs(DispatchEntry again, Optional<Long> first) {
    Optional<Long> asked = again.getFacts().getFingerprint();
    return asked.isPresent() && first.isPresent() && !asked.equals(first);
  }
}
