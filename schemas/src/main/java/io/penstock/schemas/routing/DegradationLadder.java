package io.penstock.schemas.routing;

import io.penstock.schemas.ServiceClass;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is given up under overload, in order. The pressure of a class on a model is the predicted
 * time until a new request of that class gets its first token, as a share of the class's objective:
 * 1 is just in time.
 *
 * @param name the model it is for; {@code *}: every model without one of its own
 * @param rungs the steps, the mildest first
 */
public record DegradationLadder(String name, List<Rung> rungs) implements RoutingDocument {

  /** The ladder of all models without one of their own. */
  public static final String EVERY_MODEL = "*";

  static final Set<String> ACTIONS =
      Set.of(
          "cheaper_model",
          "cap_output",
          "defer_batch",
          "refuse_batch",
          "refuse_standard",
          "refuse_interactive");

  /**
   * One step.
   *
   * @param action cheaper_model: where a request leaves the model open, the cheapest that it
   *     allows. cap_output: no more than {@code outputTokens}, where it allows shorter output.
   *     defer_batch: batch waits, even for idle workers. refuse_batch, refuse_standard,
   *     refuse_interactive: new requests of the class are refused with a time to try again
   * @param of the class whose pressure counts
   * @param enterAbove the pressure above which the step is taken, above 0
   * @param leaveBelow the pressure below which it is undone, below {@code enterAbove}
   * @param enterSeconds how long the pressure has to be above
   * @param leaveSeconds how long the pressure has to be below
   * @param outputTokens for cap_output
   * @param retryAfterSeconds for refusals
   */
  public record Rung(
      String action,
      ServiceClass of,
      double enterAbove,
      double leaveBelow,
      int enterSeconds,
      int leaveSeconds,
      @Nullable Integer outputTokens,
      @Nullable Integer retryAfterSeconds) {

    public Rung {
      action = Field.name("rungs.action", action);
      Field.oneOf("rungs.action", action, ACTIONS);
      of = of == null ? ServiceClass.STANDARD : of;
      Field.atLeast("rungs.enterAbove", enterAbove, 0);
      if (!(leaveBelow >= 0 && leaveBelow < enterAbove)) {
        throw new IllegalArgumentException(
            "rungs.leaveBelow is %s; give 0 to below enterAbove, %s"
                .formatted(leaveBelow, enterAbove));
      }
      Field.atLeast("rungs.enterSeconds", enterSeconds, 0);
      Field.atLeast("rungs.leaveSeconds", leaveSeconds, 0);
      if (action.equals("cap_output") && (outputTokens == null || outputTokens < 1)) {
        throw new IllegalArgumentException(
            "rungs.outputTokens is missing; cap_output needs 1 or more");
      }
    }
  }

  public DegradationLadder {
    name = Field.name("ladder", name);
    rungs = Field.list(rungs);
    if (rungs.isEmpty()) {
      throw new IllegalArgumentException("rungs is empty; give at least one step");
    }
  }
}
