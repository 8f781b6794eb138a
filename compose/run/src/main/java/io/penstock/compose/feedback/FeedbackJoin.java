package io.penstock.compose.feedback;

import io.penstock.schemas.Feedback;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ids.RequestKey;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Joins judgements with the results they are of and the prompts that were asked, into outcomes of a
 * cheap and a strong model. Judgements first, then results and prompts in any order. A request is
 * known by its tenant and id; a judgement that names no tenant is of the one request of its id.
 * Holds only what was judged. This class is not thread-safe.
 */
public final class FeedbackJoin {

  /**
   * A prompt and how each model's answers were judged on average; empty where none was.
   *
   * @param requestId of the first request that asked it
   */
  public record Outcome(
      String requestId, String prompt, OptionalDouble cheap, OptionalDouble strong) {

    /** Returns whether both models answered this prompt. */
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
   * @param severalTenants judgements without a tenant, of an id that several tenants have
   */
  public record Joined(
      List<Outcome> outcomes, int withoutPrompt, int otherModels, int severalTenants) {}

  private static final class Judged {
    final String requestId;
    final Set<String> tenants = new HashSet<>();
    final Map<String, Feedback> bySource = new LinkedHashMap<>();
    Optional<String> model = Optional.empty();
    Optional<String> prompt = Optional.empty();

    Judged(String requestId) {
      this.requestId = requestId;
    }

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

  /** What a judgement without a tenant is kept under. */
  private static final String ANY = "";

  private final Map<String, Judged> judged = new LinkedHashMap<>();

  /**
   * Takes a judgement; the latest of a source for a request counts. One out of range is ignored.
   */
  public void add(Feedback feedback) {
    if (!(feedback.getScore() >= 0 && feedback.getScore() <= 1)) {
      return;
    }
    String id = feedback.getRequestId();
    Judged entry =
        judged.computeIfAbsent(
            RequestKey.of(feedback.getTenant().orElse(ANY), id), _ -> new Judged(id));
    entry.bySource.merge(feedback.getSource(), feedback, FeedbackJoin::later);
    feedback.getModel().ifPresent(model -> entry.model = Optional.of(model));
  }

  private static Feedback later(Feedback one, Feedback other) {
    return other.getGivenAt().isBefore(one.getGivenAt()) ? one : other;
  }

  /** The ids of judged requests. */
  public Set<String> wanted() {
    return judged.values().stream().map(entry -> entry.requestId).collect(Collectors.toSet());
  }

  /** Takes a result: it knows best which model answered. One that repeats another says nothing. */
  public void add(InferenceResult result) {
    if (result.getRepetition().isPresent()) {
      return;
    }
    for (Judged entry : of(result.getTenant(), result.getId())) {
      entry.tenants.add(result.getTenant());
      result.getChoice().map(ModelChoice::getModel).ifPresent(m -> entry.model = Optional.of(m));
    }
  }

  /** Takes what a request asked; of several with one tenant and id the first was run. */
  public void prompt(String tenant, String requestId, String prompt) {
    for (Judged entry : of(tenant, requestId)) {
      entry.tenants.add(tenant);
      entry.prompt = entry.prompt.or(() -> Optional.of(prompt));
    }
  }

  private List<Judged> of(String tenant, String requestId) {
    return Stream.of(tenant, ANY)
        .map(each -> judged.get(RequestKey.of(each, requestId)))
        .filter(Objects::nonNull)
        .toList();
  }

  /** Adds a judgement without a tenant to those of the request that it turned out to be of. */
  private void settleTenants() {
    for (Judged entry : List.copyOf(judged.values())) {
      String any = RequestKey.of(ANY, entry.requestId);
      if (judged.get(any) == entry && entry.tenants.size() == 1) {
        String tenant = entry.tenants.iterator().next();
        Judged named = judged.get(RequestKey.of(tenant, entry.requestId));
        if (named != null) {
          entry.bySource.forEach(
              (source, each) -> named.bySource.merge(source, each, FeedbackJoin::later));
          judged.remove(any);
        }
      }
    }
  }

  /** Joins what was taken; a prompt that was asked several times gives one outcome. */
  public Joined join(String cheap, String strong) {
    settleTenants();
    Map<String, Row> rows = new LinkedHashMap<>();
    int withoutPrompt = 0;
    int otherModels = 0;
    int severalTenants = 0;
    for (Judged entry : judged.values()) {
      boolean known = entry.model.filter(m -> m.equals(cheap) || m.equals(strong)).isPresent();
      if (entry.tenants.size() > 1) {
        severalTenants++;
      } else if (!known) {
        otherModels++;
      } else if (entry.prompt.isEmpty()) {
        withoutPrompt++;
      } else {
        Row row =
            rows.computeIfAbsent(
                entry.prompt.get(), text -> new Row(entry.requestId, new Sum(), new Sum()));
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
    return new Joined(outcomes, withoutPrompt, otherModels, severalTenants);
  }
}
