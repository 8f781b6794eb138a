package io.penstock.schemas.routing;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An A/B test between models or variants.
 *
 * @param name its name
 * @param subject the model, alias or alias policy whose requests take part
 * @param arms two or more; the first is the control
 * @param unit what is assigned as one: {@code request}, {@code tenant} or {@code attribute:NAME},
 *     of which requests without the attribute take no part
 * @param metric what decides; success unless given
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
    Unit unit,
    Metric metric,
    double confidence,
    int minPerArm,
    Guardrails guardrails,
    State state,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable String reason)
    implements RoutingDocument {

  /** Returns whether it takes requests now. */
  @JsonIgnore
  public boolean isRunning() {
    return state == State.RUNNING;
  }

  /** The figure that decides between arms. Documents spell it in lower case. */
  public enum Metric {
    /** The share of results with an answer. */
    SUCCESS(true),
    /** Milliseconds from acceptance to the first token, of successes. */
    FIRST_TOKEN_MS(false),
    /** Milliseconds from acceptance to the result, of successes. */
    TOTAL_MS(false),
    /** Generated tokens. */
    OUTPUT_TOKENS(false),
    /** Cost in the registry's currency. */
    COST(false),
    /** Mean feedback score, from 0 to 1, of results that were judged. */
    FEEDBACK(true);

    private final String spelling = name().toLowerCase(Locale.ROOT);
    private final boolean higherIsBetter;

    Metric(boolean higherIsBetter) {
      this.higherIsBetter = higherIsBetter;
    }

    public boolean higherIsBetter() {
      return higherIsBetter;
    }

    @JsonCreator
    static Metric of(String spelling) {
      return Field.constant("metric", spelling, Metric.class);
    }

    @Override
    @JsonValue
    public String toString() {
      return spelling;
    }
  }

  /**
   * The unit of assignment: all requests of a unit go to the same arm. Documents spell it {@code
   * request}, {@code tenant} or {@code attribute:NAME}.
   *
   * @param attribute the name of the attribute; null unless that is what assigns
   */
  public record Unit(By by, @Nullable String attribute) {

    /** The part of a request that identifies its unit. */
    public enum By {
      REQUEST,
      TENANT,
      ATTRIBUTE
    }

    public static final Unit REQUEST = new Unit(By.REQUEST, null);

    public static final Unit TENANT = new Unit(By.TENANT, null);

    private static final String PREFIX = "attribute:";

    public Unit {
      if ((by == By.ATTRIBUTE) != (attribute != null)) {
        throw new IllegalArgumentException(
            "unit must name an attribute if it is by attribute, and only then");
      }
    }

    /** Reads {@link #toString}'s form. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Unit parse(String spelling) {
      if (spelling.equals("request")) {
        return REQUEST;
      }
      if (spelling.equals("tenant")) {
        return TENANT;
      }
      if (!spelling.matches(PREFIX + ".{1,64}")) {
        throw new IllegalArgumentException(
            "unit is '%s'; give request, tenant or attribute:NAME".formatted(spelling));
      }
      return new Unit(By.ATTRIBUTE, spelling.substring(PREFIX.length()));
    }

    @Override
    @JsonValue
    public String toString() {
      return switch (by) {
        case REQUEST -> "request";
        case TENANT -> "tenant";
        case ATTRIBUTE -> PREFIX + attribute;
      };
    }
  }

  /** The state of an experiment. Documents spell it in lower case. */
  public enum State {
    DRAFT,
    RUNNING,
    STOPPED,
    PROMOTED;

    private final String spelling = name().toLowerCase(Locale.ROOT);

    @JsonCreator
    static State of(String spelling) {
      return Field.constant("state", spelling, State.class);
    }

    @Override
    @JsonValue
    public String toString() {
      return spelling;
    }
  }

  /**
   * One of the alternatives that an experiment compares.
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
    unit = unit == null ? Unit.REQUEST : unit;
    metric = metric == null ? Metric.SUCCESS : metric;
    confidence = confidence == 0 ? 0.95 : confidence;
    minPerArm = minPerArm == 0 ? 100 : minPerArm;
    guardrails = guardrails == null ? Guardrails.NONE : guardrails;
    state = state == null ? State.DRAFT : state;
    if (arms.size() < 2 || arms.stream().map(Arm::name).distinct().count() < arms.size()) {
      throw new IllegalArgumentException("arms needs two or more, each with a name of its own");
    }
    Field.range("confidence", confidence, 0.5, 0.9999);
    Field.atLeast("minPerArm", minPerArm, 10);
  }
}
