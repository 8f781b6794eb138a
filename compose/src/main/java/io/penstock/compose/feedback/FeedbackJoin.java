package io.penstock.compose.feedback;

import io.penstock.schemas.Feedback;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelChoice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Joins judgements with the results they are of and the prompts that were asked, into outcomes of a
 * cheap and a strong model. Judgements first, then results and prompts in any order. Holds only
 * what was judged. Not safe for use by several threads.
 */
public final class FeedbackJoin {

  /**
   * A prompt and how each model's answers were judged on average; empty where none was.
   *
   * @param requestId of the first request that asked it
   */
  public record Outcome(
      String requestId, String prompt, OptionalDouble cheap, OptionalDouble strong) {

    /** Whether both models answered this prompt. */
    public boolean paired() {
      return cheap.isPresent() && strong.isPresent();
    }
  }

  /**
   * The joined outcomes, and what was left out.
   *
   * @param outcomes one for each prompt, in the order of the judgements
   * @param withoutPrompt judged requests that the log holds no longer, or that have no text
   * @param otherModels judged requests that another model answered, or none that is known
   */
  public record Joined(List<Outcome> outcomes, int withoutPrompt, int otherModels) {}

  private static final class Judged {
    final Map<String, Feedback> bySource = new LinkedHashMap<>();
    Optional<String> model = Optional.empty();
    Optional<String> prompt = Optional.empty();

    double score() {
      return bySource.values().stream().mapToDouble(Feedback::getScore).average().orElseThrow();
    }
  }

  private static final class Sum {
    double total;
    int count;

    void add(double score) {
      total += score;
      count++;
    }

    OptionalDouble mean() {
      return count == 0 ? OptionalDouble.empty() : OptionalDouble.of(total / count);
    }
  }

  private record Row(String requestId, Sum cheap, Sum strong) {}

  private final Map<String, Judged> judged = new LinkedHashMap<>();

  /**
   * Takes a judgement; the latest of a source for a request counts. One out of range is ignored.
   */
  public void add(Feedback feedback) {
    if (!(feedback.getScore() >= 0 && feedback.getScore() <= 1)) {
      return;
    }
    Judged entry = judged.computeIfAbsent(feedback.getRequestId(), id -> new Judged());
    entry.bySource.merge(
        feedback.getSource(),
        feedback,
        (one, other) -> other.getGivenAt().isBefore(one.getGivenAt()) ? one : other);
    feedback.getModel().ifPresent(model -> entry.model = Optional.of(model));
  }

  /** The ids of judged requests. */
  public Set<String> wanted() {
    return Set.copyOf(judged.keySet());
  }

  /** Takes a result: it knows best which model answered. */
  public void add(InferenceResult result) {
    Judged entry = judged.get(result.getId());
    if (entry != null && result.getRepetition().isEmpty()) {
      result.getChoice().map(ModelChoice::getModel).ifPresent(m -> entry.model = Optional.of(m));
    }
  }

  /** Takes what a request asked. */
  public void prompt(String requestId, String prompt) {
    Judged entry = judged.get(requestId);
    if (entry != null) {
      entry.prompt = Optional.of(prompt);
    }
  }

  /** Joins what was taken; a prompt that was asked several times gives one outcome. */
  public Joined join(String cheap, String strong) {
    Map<String, Row> rows = new LinkedHashMap<>();
    int withoutPrompt = 0;
    int otherModels = 0;
    for (Map.Entry<String, Judged> each : judged.entrySet()) {
      Judged entry = each.getValue();
      boolean known = entry.model.filter(m -> m.equals(cheap) || m.equals(strong)).isPresent();
      if (!known) {
        otherModels++;
      } else if (entry.prompt.isEmpty()) {
        withoutPrompt++;
      } else {
        Row row =
            rows.computeIfAbsent(
                entry.prompt.get(), text -> new Row(each.getKey(), new Sum(), new Sum()));
        Sum sum = entry.model.get().equals(cheap) ? row.cheap() : row.strong();
        sum.add(entry.score());
      }
    }
    List<Outcome> outcomes =
        rows.entrySet().stream()
            .map(
                row ->
                    new Outcome(
                        row.getValue().requestId(),
                        row.getKey(),
                        row.getValue().cheap().mean(),
                        row.getValue().strong().mean()))
            .toList();
    return new Joined(outcomes, withoutPrompt, otherModels);
  }
}
