package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.ServiceClass;
import io.penstock.streams.dispatch.fairness.FairnessSettings;
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

  private static final List<ServiceClass> CLASSES = List.of(ServiceClass.values());

  private final WaitingIndex index;
  private final RankPolicy rank;
  private final WorkerChoice choice;
  private final FairnessSettings fairness;
  private final Gate gate;
  private final FairChoice fair = new FairChoice();

  Match(
      WaitingIndex index,
      RankPolicy rank,
      FairnessSettings fairness,
      WorkerChoice choice,
      Gate gate) {
    this.index = index;
    this.rank = rank;
    this.choice = choice;
    this.fairness = fairness;
    this.gate = gate;
  }

  /** A request and the worker that gets it. */
  record Pair(Candidate candidate, WorkerSession session) {}

  /**
   * The next pair, or null if nothing that waits fits any of these workers.
   *
   * @param targets those of the model that have a request to offer
   * @param open workers that serve at least one of them
   */
  @Nullable Pair next(
      String model, List<String> targets, List<WorkerSession> open, long nowMicros) {
    Candidate first = null;
    Rank firstRank = null;
    for (WorkerSession session : open) {
      FairChoice.Seen best = bestFor(session, model, targets, nowMicros);
      if (best != null && (firstRank == null || best.rank().compareTo(firstRank) < 0)) {
        first = best.candidate();
        firstRank = best.rank();
      }
    }
    return first == null ? null : new Pair(first, chosen(first, model, firstRank, open, nowMicros));
  }

  private FairChoice.@Nullable Seen bestFor(
      WorkerSession session, String model, List<String> targets, long nowMicros) {
    FairChoice.Seen best = null;
    boolean reserved = false;
    WorkerView view = session.view();
    for (int each = 0; each < targets.size(); each++) {
      String target = targets.get(each);
      if (!session.serves(model, target) || !gate.admits(target)) {
        continue;
      }
      for (ServiceClass serviceClass : CLASSES) {
        if (!gate.admits(serviceClass, model, view, nowMicros)) {
          continue;
        }
        FairChoice.Seen ofClass = bestFor(session, view, target, serviceClass, nowMicros);
        reserved |= fair.overdueLacksRoom();
        if (ofClass != null && (best == null || ofClass.rank().compareTo(best.rank()) < 0)) {
          best = ofClass;
        }
      }
    }
    // Smaller requests must not overtake an overdue one for ever: the worker is left to empty.
    return reserved && best != null && best.rank().tier() != SlackRank.OVERDUE ? null : best;
  }

  private FairChoice.@Nullable Seen bestFor(
      WorkerSession session,
      WorkerView view,
      String target,
      ServiceClass serviceClass,
      long nowMicros) {
    fair.begin(fairness.leeway(serviceClass), index.leastServed(target, serviceClass));
    index.heads(
        target,
        serviceClass,
        view,
        rank,
        nowMicros,
        (candidate, served) -> {
          if (candidate.avoids(view.workerId(), nowMicros)) {
            return false;
          }
          Rank candidateRank = rank.rank(candidate, view, nowMicros);
          if (session.hasRoomFor(candidate)) {
            fair.takeable(candidate, candidateRank, served);
            return true;
          }
          fair.lacksRoom(candidateRank, served);
          return false;
        });
    return fair.best();
  }

  private WorkerSession chosen(
      Candidate candidate, String model, Rank firstRank, List<WorkerSession> open, long nowMicros) {
    if (open.size() == 1) {
      return open.getFirst();
    }
    List<WorkerSession> able = new ArrayList<>(open.size());
    List<WorkerView> views = new ArrayList<>(open.size());
    for (WorkerSession session : open) {
      WorkerView view = session.view();
      if (session.serves(model, candidate.target())
          && session.hasRoomFor(candidate)
          && gate.admits(candidate.serviceClass(), model, view, nowMicros)
          && !candidate.avoids(view.workerId(), nowMicros)
          && rank.rank(candidate, view, nowMicros).tier() <= firstRank.tier()) {
        able.add(session);
        views.add(view);
      }
    }
    return able.get(views.indexOf(choice.choose(candidate, views)));
  }
}
