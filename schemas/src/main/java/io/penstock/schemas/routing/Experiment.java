package io.penstock.schemas.routing;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An A/B test between models or variants.
 *
 * @param name its name
 * @param subject the model, alias or alias policy whose requests take part
 * @param arms two or more; the first is the control
 * @param unit what is assigned as one: {@code request}, {@code tenant} or {@code attribute:NAME},
 *     of which requests without the attribute take no part
 * @param metric what decides: success, first_token_ms, total_ms, output_tokens, cost or feedback
 * @param confidence of intervals and tests, such as 0.95
 * @param minPerArm results of an arm before anything is decided
 * @param guardrails what stops an arm that does worse than the control
 * @param state where it is in its life; a draft unless given
 * @param startedAt when it was started last; null in draft
 * @param endedAt when it was stopped or promoted
 * @param reason why it is in this state
 */
public record Experiment(
    String name,
    String subject,
    List<Arm> arms,
    String unit,
    String metric,
    double confidence,
    int minPerArm,
    Guardrails guardrails,
    State state,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable String reason)
    implements RoutingDocument {

  /** Whether it takes requests now. */
  @JsonIgnore
  public boolean isRunning() {
    return state == State.RUNNING;
  }

  static final Set<String> METRICS =
      Set.of("success", "first_token_ms", "total_ms", "output_tokens", "cost", "feedback");

  /** Where an experiment is in its life. Documents spell it in lower case. */
  public enum State {
    DRAFT,
    RUNNING,
    STOPPED,
    PROMOTED;

    private static final Map<String, State> BY_SPELLING =
        Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(State::toString, s -> s));

    private final String spelling = name().toLowerCase(Locale.ROOT);

    @JsonCreator
    static State of(String spelling) {
      Field.oneOf("state", spelling, BY_SPELLING.keySet());
      return BY_SPELLING.get(spelling);
    }

    @Override
    @JsonValue
    public String toString() {
      return spelling;
    }
  }

  /**
   * One side of it.
   *
   * @param name its name within the experiment
   * @param target what serves its requests
   * @param weight its share of the units, 1 or more
   * @param stopped why a guardrail or a person stopped it; its units go to the control. Null: runs
   */
  public record Arm(String name, Target target, int weight, @Nullable String stopped) {
    public Arm {
      name = Field.name("arms.name", name);
      Field.name("arms.target", target == null ? null : target.toString());
      Field.atLeast("arms.weight", weight, 1);
    }
  }

  /**
   * Limits for an arm beside the control. Null: no limit.
   *
   * @param maxErrorRateIncrease by how much its error rate may be higher, from 0 to 1
   * @param maxLatencyRatio how many times the mean time to first token may be
   * @param maxCostRatio how many times the mean cost may be
   * @param maxFeedbackDrop by how much the mean feedback may be lower, from 0 to 1
   */
  public record Guardrails(
      @Nullable Double maxErrorRateIncrease,
      @Nullable Double maxLatencyRatio,
      @Nullable Double maxCostRatio,
      @Nullable Double maxFeedbackDrop) {

    public static final Guardrails NONE = new Guardrails(null, null, null, null);

    public Guardrails {
      Field.share("guardrails.maxErrorRateIncrease", maxErrorRateIncrease);
      Field.atLeast("guardrails.maxLatencyRatio", maxLatencyRatio, 1);
      Field.atLeast("guardrails.maxCostRatio", maxCostRatio, 1);
      Field.share("guardrails.maxFeedbackDrop", maxFeedbackDrop);
    }
  }

  public Experiment {
    name = Field.name("experiment", name);
    subject = Field.name("subject", subject);
    arms = Field.list(arms);
    unit = unit == null ? "request" : unit;
    metric = metric == null ? "success" : metric;
    confidence = confidence == 0 ? 0.95 : confidence;
    minPerArm = minPerArm == 0 ? 100 : minPerArm;
    guardrails = guardrails == null ? Guardrails.NONE : guardrails;
    state = state == null ? State.DRAFT : state;
    if (arms.size() < 2 || arms.stream().map(Arm::name).distinct().count() < arms.size()) {
      throw new IllegalArgumentException("arms needs two or more, each with a name of its own");
    }
    if (!unit.equals("request") && !unit.equals("tenant") && !unit.matches("attribute:.{1,64}")) {
      throw new IllegalArgumentException(
          "unit is '%s'; give request, tenant or attribute:NAME".formatted(unit));
    }
    Field.oneOf("metric", metric, METRICS);
    Field.range("confidence", confidence, 0.5, 0.9999);
    Field.atLeast("minPerArm", minPerArm, 10);
  }
}
