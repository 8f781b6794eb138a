package io.penstock.schemas.routing;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The way of a new variant from registered to the one that serves: blue/green with the single step
 * 100, canary with several. One for each model at a time; its name is the model's.
 *
 * @param name the model
 * @param from the variant that serves now
 * @param to the new one, which requests get by the current {@code percent}
 * @param steps shares of the new variant, ascending, the last 100
 * @param gates what has to hold at each step
 * @param warm when the new one counts as warm
 * @param evaluation what it is asked in shadow before the first step; null: nothing
 * @param onBreach what happens when a gate is broken; a rollback unless given
 * @param state one of {@link State}
 * @param step the index of the current step; -1 before the first
 * @param percent the share of new requests that the new variant gets now, from 0 to 100
 * @param stateSince when this state or step began; null: as the record says
 * @param resumeTo while paused: the state to go on with
 * @param reason why it is in this state
 * @param figures what was measured last, by name
 */
public record Rollout(
    String name,
    String from,
    String to,
    List<Step> steps,
    Gates gates,
    Warm warm,
    @Nullable Evaluation evaluation,
    BreachAction onBreach,
    State state,
    int step,
    int percent,
    @Nullable Instant stateSince,
    @Nullable State resumeTo,
    @Nullable String reason,
    Map<String, Double> figures)
    implements RoutingDocument {

  /** The state of a rollout. */
  public enum State {
    /** The rollout is known, and nothing was done yet. */
    REGISTERED,
    /** Waits for live workers of the new variant. */
    WARMING,
    /** The new variant answers in shadow, at batch priority. */
    EVALUATING,
    /** New requests are split by {@code percent}. */
    SHIFTING,
    /** All new requests go to the new one; the old one finishes what it has. */
    COMPLETING,
    /** The old one is retired. */
    COMPLETED,
    /** Stays at its percent until it is resumed, forced or rolled back. */
    PAUSED,
    /** All new requests go to the old one again. */
    ROLLED_BACK
  }

  /** The action that follows when a gate is broken. Documents spell it in lower case. */
  public enum BreachAction {
    /** Sends all new requests to the old variant again. */
    ROLLBACK,
    /** Holds the rollout at its percent until somebody decides. */
    PAUSE;

    private final String spelling = name().toLowerCase(Locale.ROOT);

    @JsonCreator
    static BreachAction of(String spelling) {
      return Field.constant("onBreach", spelling, BreachAction.class);
    }

    @Override
    @JsonValue
    public String toString() {
      return spelling;
    }
  }

  /**
   * A share to hold before the next.
   *
   * @param percent of new requests, 1 to 100
   * @param minSeconds how long at least
   * @param minRequests results of the new variant at least
   */
  public record Step(int percent, int minSeconds, int minRequests) {
    public Step {
      Field.range("steps.percent", (double) percent, 1, 100);
      Field.atLeast("steps.minSeconds", minSeconds, 0);
      Field.atLeast("steps.minRequests", minRequests, 0);
    }
  }

  /**
   * Limits of the new variant's results since the step began. Null: no limit.
   *
   * @param maxErrorRate its error rate, from 0 to 1
   * @param maxErrorRateIncrease by how much it may be above the old one's, from 0 to 1
   * @param maxLatencyRatio how many times the old one's median time to first token
   * @param maxFeedbackDrop by how much mean feedback may be lower than the old one's, from 0 to 1
   * @param minSample results before a gate can be broken
   */
  public record Gates(
      @Nullable Double maxErrorRate,
      @Nullable Double maxErrorRateIncrease,
      @Nullable Double maxLatencyRatio,
      @Nullable Double maxFeedbackDrop,
      int minSample) {

    public static final Gates DEFAULT = new Gates(0.05, 0.02, 2.0, 0.1, 20);

    public Gates {
      Field.share("gates.maxErrorRate", maxErrorRate);
      Field.share("gates.maxErrorRateIncrease", maxErrorRateIncrease);
      Field.atLeast("gates.maxLatencyRatio", maxLatencyRatio, 1);
      Field.share("gates.maxFeedbackDrop", maxFeedbackDrop);
      minSample = minSample == 0 ? 20 : minSample;
      Field.atLeast("gates.minSample", minSample, 1);
    }
  }

  /**
   * When the new variant counts as warm.
   *
   * @param minWorkers live, healthy workers of it
   * @param timeoutSeconds after which the rollout is paused
   */
  public record Warm(int minWorkers, int timeoutSeconds) {
    public static final Warm DEFAULT = new Warm(1, 600);

    public Warm {
      Field.atLeast("warm.minWorkers", minWorkers, 0);
      Field.atLeast("warm.timeoutSeconds", timeoutSeconds, 1);
    }
  }

  /**
   * The requests that the new variant answers in shadow, at batch priority, beside the old one.
   *
   * @param items a stored set; empty: the last requests of the model in the log are replayed
   * @param replay how many requests are replayed where there are no items, 1 to 500
   * @param minScore the least mean score of the new one, from 0 to 1: of expected answers where the
   *     items have them, else of agreement with the old one's
   * @param maxLatencyRatio how many times the old one's median time in the engine
   * @param maxCostRatio how many times the old one's mean cost
   * @param timeoutSeconds after which the rollout is paused
   */
  public record Evaluation(
      List<Item> items,
      int replay,
      @Nullable Double minScore,
      @Nullable Double maxLatencyRatio,
      @Nullable Double maxCostRatio,
      int timeoutSeconds) {

    /**
     * One question of a stored set.
     *
     * @param endpoint the OpenAI path
     * @param body the OpenAI-style JSON body
     * @param expected a text that a right answer holds, letters' case aside; null: agreement counts
     */
    public record Item(String endpoint, String body, @Nullable String expected) {}

    public Evaluation {
      items = Field.list(items);
      replay = replay == 0 ? 20 : replay;
      timeoutSeconds = timeoutSeconds == 0 ? 600 : timeoutSeconds;
      Field.range("evaluation.replay", (double) replay, 1, 500);
      Field.range("evaluation.items", (double) items.size(), 0, 500);
      Field.share("evaluation.minScore", minScore);
      Field.atLeast("evaluation.maxLatencyRatio", maxLatencyRatio, 1);
      Field.atLeast("evaluation.maxCostRatio", maxCostRatio, 0);
      Field.atLeast("evaluation.timeoutSeconds", timeoutSeconds, 1);
    }
  }

  public Rollout {
    name = Field.name("model", name);
    from = Field.name("from", from);
    to = Field.name("to", to);
    steps = steps == null || steps.isEmpty() ? List.of(new Step(100, 0, 0)) : List.copyOf(steps);
    gates = gates == null ? Gates.DEFAULT : gates;
    warm = warm == null ? Warm.DEFAULT : warm;
    onBreach = onBreach == null ? BreachAction.ROLLBACK : onBreach;
    state = state == null ? State.REGISTERED : state;
    figures = figures == null ? Map.of() : Map.copyOf(figures);
    if (from.equals(to)) {
      throw new IllegalArgumentException(
          "from and to are both '%s'; name two variants".formatted(to));
    }
    for (int i = 1; i < steps.size(); i++) {
      if (steps.get(i).percent() <= steps.get(i - 1).percent()) {
        throw new IllegalArgumentException(
            "steps do not ascend; give each step a greater percent than the one before");
      }
    }
    if (steps.getLast().percent() != 100) {
      throw new IllegalArgumentException(
          "steps end at %d percent; give the last step 100".formatted(steps.getLast().percent()));
    }
    Field.range("percent", (double) percent, 0, 100);
  }
}
