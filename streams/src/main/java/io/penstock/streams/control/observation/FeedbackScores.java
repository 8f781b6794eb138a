package io.penstock.streams.control.observation;

import io.penstock.schemas.Feedback;
import io.penstock.schemas.ids.RequestKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Joins feedback to the results it is about, whichever is read first. A request is known by its
 * tenant and id, so no tenant judges another's results; feedback that names no tenant is about the
 * one request of its id. A source's latest judgement of a request counts. What it remembers is
 * bounded: the oldest is forgotten, and feedback for it counts no more. This class is not
 * thread-safe.
 */
public final class FeedbackScores {

  /** Who may judge one request: more is no feedback but a flood. */
  static final int MOST_SOURCES = 20;

  /** What feedback without a tenant waits under; no tenant has this name. */
  private static final String ANY = "";

  private final int most;
  private final LinkedHashMap<String, Judged> results = new LinkedHashMap<>();

  /** The tenants that have a result of an id; a set of several can be changed. */
  private final Map<String, Set<String>> tenants = new HashMap<>();

  private final EarlyFeedback early;

  /** A score and when it was given. */
  private record Given(double score, Instant at) {}

  private record Judged(Observation observation, Map<String, Given> bySource) {

    OptionalDouble mean() {
      return bySource.values().stream().mapToDouble(Given::score).average();
    }
  }

  /**
   * @param most results that are remembered, and likewise feedback that came before its result
   */
  public FeedbackScores(int most) {
    this(most, most);
  }

  /**
   * @param most results that are remembered
   * @param mostEarly requests whose feedback is remembered although it came before the result; 0
   *     where all results come first
   */
  public FeedbackScores(int most, int mostEarly) {
    this.most = most;
    this.early = new EarlyFeedback(mostEarly);
  }

  /** Takes a result, and returns what feedback that came before it says. */
  public List<Judgement> add(Observation observation) {
    String tenant = observation.tenant();
    String id = observation.id();
    Judged before =
        results.put(RequestKey.of(tenant, id), new Judged(observation, new HashMap<>(2)));
    if (before == null) {
      tenants.merge(id, Set.of(tenant), FeedbackScores::joined);
      if (results.size() > most) {
        forgetOldest();
      }
    }
    return Stream.of(tenant, ANY)
        .flatMap(each -> early.take(each, id).stream())
        .flatMap(feedback -> add(feedback).stream())
        .toList();
  }

  private static Set<String> joined(Set<String> some, Set<String> one) {
    Set<String> several = some.size() == 1 ? new HashSet<>(some) : some;
    several.addAll(one);
    return several;
  }

  private void forgetOldest() {
    Observation oldest = results.pollFirstEntry().getValue().observation();
    tenants.computeIfPresent(
        oldest.id(),
        (_, some) -> {
          if (some.size() == 1) {
            return null;
          }
          some.remove(oldest.tenant());
          return some.size() == 1 ? Set.copyOf(some) : some;
        });
  }

  /** Takes feedback; empty if it is not clear which result it is about, or it changes nothing. */
  public Optional<Judgement> add(Feedback feedback) {
    if (!(feedback.getScore() >= 0 && feedback.getScore() <= 1)) {
      return Optional.empty();
    }
    String id = feedback.getRequestId();
    Set<String> owners =
        feedback.getTenant().map(Set::of).orElseGet(() -> tenants.getOrDefault(id, Set.of()));
    if (owners.size() > 1) {
      return Optional.empty();
    }
    Judged judged =
        owners.isEmpty() ? null : results.get(RequestKey.of(owners.iterator().next(), id));
    if (judged == null) {
      early.add(feedback.getTenant().orElse(ANY), feedback);
      return Optional.empty();
    }
    return judged(judged, feedback);
  }

  private static Optional<Judgement> judged(Judged judged, Feedback feedback) {
    Given given = judged.bySource().get(feedback.getSource());
    boolean outdated = given != null && given.at().isAfter(feedback.getGivenAt());
    boolean full = given == null && judged.bySource().size() >= MOST_SOURCES;
    if (outdated || full) {
      return Optional.empty();
    }
    OptionalDouble before = judged.mean();
    judged
        .bySource()
        .put(feedback.getSource(), new Given(feedback.getScore(), feedback.getGivenAt()));
    return Optional.of(new Judgement(judged.observation(), before, judged.mean().orElseThrow()));
  }
}
