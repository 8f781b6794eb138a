package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.dispatch.fairness.FairnessSettings;
import io.penstock.streams.dispatch.index.HeadVisitor;
import io.penstock.streams.dispatch.index.WaitingIndex;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.Rank;
import io.penstock.streams.dispatch.rank.RankPolicy;
import io.penstock.streams.dispatch.rank.WorkerView;
import io.penstock.streams.dispatch.session.WorkerChoice;
import io.penstock.streams.dispatch.session.WorkerSession;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
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
  private final AdmissionPolicy admissionPolicy;
  private final FairChoice fair = new FairChoice();

  /** What a probe is to be, the best first. */
  private final List<Predicate<Candidate>> probes;

  Match(
      WaitingIndex index,
      RankPolicy rank,
      FairnessSettings fairness,
      WorkerChoice choice,
      AdmissionPolicy admissionPolicy) {
    this.index = index;
    this.rank = rank;
    this.choice = choice;
    this.fairness = fairness;
    this.admissionPolicy = admissionPolicy;
    this.probes =
        List.of(
            admissionPolicy::isGoodProbe,
            candidate -> !candidate.failedBefore(),
            candidate -> true);
  }

  /**
   * A request and the worker that gets it.
   *
   * @param light whether the request's tenant goes first for taking so little
   */
  record Pair(Candidate candidate, boolean light, WorkerSession session) {}

  /**
   * The next pair, or null if nothing that waits fits any of these workers.
   *
   * @param targets those of the model that have a request to offer
   * @param open workers that serve at least one of them
   */
  @Nullable Pair next(
      String model, List<Target> targets, List<WorkerSession> open, long nowMicros) {
    FairChoice.Seen first = null;
    for (WorkerSession session : open) {
      FairChoice.Seen best = bestFor(session, model, targets, nowMicros);
      if (best != null && (first == null || best.rank().compareTo(first.rank()) < 0)) {
        first = best;
      }
    }
    return first == null
        ? null
        : new Pair(first.candidate(), first.light(), chosen(first, model, open, nowMicros));
  }

  private FairChoice.@Nullable Seen bestFor(
      WorkerSession session, String model, List<Target> targets, long nowMicros) {
    FairChoice.Seen best = null;
    boolean reserved = false;
    WorkerView view = session.view();
    for (int each = 0; each < targets.size(); each++) {
      Target target = targets.get(each);
      if (!session.serves(target) || !admissionPolicy.admits(target)) {
        continue;
      }
      for (ServiceClass serviceClass : CLASSES) {
        AdmissionPolicy.Admission admission =
            admissionPolicy.admission(serviceClass, model, view, nowMicros);
        if (admission == AdmissionPolicy.Admission.NONE) {
          continue;
        }
        FairChoice.Seen ofClass =
            bestFor(session, view, target, serviceClass, admission, nowMicros);
        reserved |= fair.isRoomReserved();
        if (ofClass != null && (best == null || ofClass.rank().compareTo(best.rank()) < 0)) {
          best = ofClass;
        }
      }
    }
    // Smaller requests must not overtake this one for ever: the worker is left to empty.
    return reserved && best != null && !best.rank().rightOfWay() ? null : best;
  }

  private FairChoice.@Nullable Seen bestFor(
      WorkerSession session,
      WorkerView view,
      Target target,
      ServiceClass serviceClass,
      AdmissionPolicy.Admission admission,
      long nowMicros) {
    if (!admissionPolicy.isProbing(target)) {
      return look(session, view, target, serviceClass, admission, any -> true, nowMicros);
    }
    // What failed before may be at fault itself: it is a probe only if nothing else is.
    for (Predicate<Candidate> suits : probes) {
      FairChoice.Seen probe =
          look(session, view, target, serviceClass, admission, suits, nowMicros);
      if (probe != null) {
        return probe;
      }
    }
    return null;
  }

  private FairChoice.@Nullable Seen look(
      WorkerSession session,
      WorkerView view,
      Target target,
      ServiceClass serviceClass,
      AdmissionPolicy.Admission admission,
      Predicate<Candidate> suits,
      long nowMicros) {
    fair.begin(fairness.leeway(serviceClass), index.leastServed(target, serviceClass));
    index.heads(
        target,
        serviceClass,
        view,
        rank,
        nowMicros,
        (candidate, served) -> {
          if (!admission.admits(HeadVisitor.isLight(served))) {
            return true; // It ends the look at its bucket, which is all of its tenant's.
          }
          if (candidate.avoids(view.workerId(), nowMicros) || !suits.test(candidate)) {
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
      FairChoice.Seen first, String model, List<WorkerSession> open, long nowMicros) {
    if (open.size() == 1) {
      return open.getFirst();
    }
    Candidate candidate = first.candidate();
    List<WorkerSession> able = new ArrayList<>(open.size());
    List<WorkerView> views = new ArrayList<>(open.size());
    for (WorkerSession session : open) {
      WorkerView view = session.view();
      if (session.serves(candidate.target())
          && session.hasRoomFor(candidate)
          && admissionPolicy
              .admission(candidate.serviceClass(), model, view, nowMicros)
              .admits(first.light())
          && !candidate.avoids(view.workerId(), nowMicros)
          && rank.rank(candidate, view, nowMicros).tier() <= first.rank().tier()) {
        able.add(session);
        views.add(view);
      }
    }
    return able.get(views.indexOf(choice.choose(candidate, views, nowMicros)));
  }
}
