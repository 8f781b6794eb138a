package io.penstock.streams.control.observation;

import io.penstock.schemas.Feedback;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Joins feedback to the results it is about, whichever is read first. A source's latest judgement
 * of a request counts. What it remembers is bounded: the oldest is forgotten, and feedback for it
 * counts no more. This class is not thread-safe.
 */
public final class FeedbackScores {

  private final Map<String, Judged> results;
  private final Map<String, List<Feedback>> early;

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
    this.results = bounded(most);
    this.early = bounded(most);
  }

  private static <V> Map<String, V> bounded(int most) {
    return new LinkedHashMap<>() {
      @Override
      protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
        return size() > most;
      }
    };
  }

  /** Takes a result, and returns what feedback that came before it says. */
  public List<Judgement> add(Observation observation) {
    results.put(observation.id(), new Judged(observation, new HashMap<>(2)));
    List<Judgement> judgements = new ArrayList<>();
    List<Feedback> waiting = early.remove(observation.id());
    if (waiting != null) {
      waiting.forEach(feedback -> add(feedback).ifPresent(judgements::add));
    }
    return judgements;
  }

  /** Takes feedback; empty if its result is not known, or it changes nothing. */
  public Optional<Judgement> add(Feedback feedback) {
    if (!(feedback.getScore() >= 0 && feedback.getScore() <= 1)) {
      return Optional.empty();
    }
    Judged judged = results.get(feedback.getRequestId());
    if (judged == null) {
      List<Feedback> waiting =
          early.computeIfAbsent(feedback.getRequestId(), id -> new ArrayList<>(1));
      if (waiting.size() < MOST_SOURCES) {
        waiting.add(feedback);
      }
      return Optional.empty();
    }
    if (!isOf(judged.observation(), feedback)) {
      return Optional.empty();
    }
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

  /** Ids are unique within a tenant only, and no tenant judges another's results. */
  private static boolean isOf(Observation observation, Feedback feedback) {
    return feedback.getTenant().map(observation.tenant()::equals).orElse(true);
  }

  /** Who may judge one request: more is no feedback but a flood. */
  private static final int MOST_SOURCES = 20;
}
