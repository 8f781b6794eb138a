package io.penstock.streams.dispatch.shard;

import io.penstock.streams.dispatch.index.WaitingIndex;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.Rank;
import io.penstock.streams.dispatch.rank.RankPolicy;
import io.penstock.streams.dispatch.rank.SlackRank;
import io.penstock.streams.dispatch.rank.WorkerView;
import io.penstock.streams.dispatch.session.WorkerChoice;
import io.penstock.streams.dispatch.session.WorkerSession;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the next pair of request and worker: the best-ranked request that some open worker could
 * take, and of the workers that could take it the one the choice policy prefers. Changes nothing.
 */
final class Match {

  private final WaitingIndex index;
  private final RankPolicy rank;
  private final WorkerChoice choice;

  Match(WaitingIndex index, RankPolicy rank, WorkerChoice choice) {
    this.index = index;
    this.rank = rank;
    this.choice = choice;
  }

  /** A request and the worker that gets it. */
  record Pair(Candidate candidate, WorkerSession session) {}

  /** The best request for one worker so far. */
  private static final class Best {
    private @Nullable Candidate candidate;
    private @Nullable Rank rank;

    /** Whether an overdue request does not fit now: it will when the worker is idle. */
    private boolean reserved;

    void offer(Candidate offered, Rank offeredRank) {
      if (rank == null || offeredRank.compareTo(rank) < 0) {
        candidate = offered;
        rank = offeredRank;
      }
    }
  }

  /** The next pair, or null if nothing that waits fits any of these workers. */
  @Nullable Pair next(String model, List<WorkerSession> open, long nowMicros) {
    Candidate first = null;
    Rank firstRank = null;
    for (WorkerSession session : open) {
      Best best = bestFor(session, model, nowMicros);
      if (best.candidate != null && (firstRank == null || best.rank.compareTo(firstRank) < 0)) {
        first = best.candidate;
        firstRank = best.rank;
      }
    }
    return first == null ? null : new Pair(first, chosen(first, firstRank, open, nowMicros));
  }

  private Best bestFor(WorkerSession session, String model, long nowMicros) {
    Best best = new Best();
    WorkerView view = session.view();
    index.heads(
        model,
        view,
        rank,
        nowMicros,
        candidate -> {
          if (candidate.avoids(view.workerId(), nowMicros)) {
            return false;
          }
          Rank candidateRank = rank.rank(candidate, view, nowMicros);
          if (session.hasRoomFor(candidate)) {
            best.offer(candidate, candidateRank);
            return true;
          }
          best.reserved |= candidateRank.tier() == SlackRank.OVERDUE;
          return false;
        });
    if (best.reserved && best.rank != null && best.rank.tier() != SlackRank.OVERDUE) {
      // Smaller requests must not overtake it for ever: the worker is left to empty.
      best.candidate = null;
      best.rank = null;
    }
    return best;
  }

  private WorkerSession chosen(
      Candidate candidate, Rank firstRank, List<WorkerSession> open, long nowMicros) {
    if (open.size() == 1) {
      return open.getFirst();
    }
    List<WorkerSession> able = new ArrayList<>(open.size());
    List<WorkerView> views = new ArrayList<>(open.size());
    for (WorkerSession session : open) {
      WorkerView view = session.view();
      if (session.hasRoomFor(candidate)
          && !candidate.avoids(view.workerId(), nowMicros)
          && rank.rank(candidate, view, nowMicros).tier() <= firstRank.tier()) {
        able.add(session);
        views.add(view);
      }
    }
    return able.get(views.indexOf(choice.choose(candidate, views)));
  }
}
