package io.penstock.schemas.routing;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.penstock.schemas.ServiceClass;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The steps that are taken under overload, in order. The pressure of a class on a model is the
 * predicted time until a new request of that class gets its first token, as a share of the class's
 * objective: 1 is just in time.
 *
 * @param name the model it is for; {@code *}: every model without one of its own
 * @param rungs the steps, the mildest first
 */
public record DegradationLadder(String name, List<Rung> rungs) implements RoutingDocument {

  /** The ladder of all models without one of their own. */
  public static final String EVERY_MODEL = "*";

  /** The measure that a step takes. Documents spell it in lower case. */
  public enum Action {
    /** Sends a request that leaves the model open to the cheapest that it allows. */
    CHEAPER_MODEL,
    /** Generates no more than {@code outputTokens}, where a request allows shorter output. */
    CAP_OUTPUT,
    /** Lets batch wait, even for idle workers. */
    DEFER_BATCH,
    /** Refuses new batch requests with a time to try again. */
    REFUSE_BATCH,
    /** Refuses new standard requests with a time to try again. */
    REFUSE_STANDARD,
    /** Refuses new interactive requests with a time to try again. */
    REFUSE_INTERACTIVE;

    private final String spelling = name().toLowerCase(Locale.ROOT);

    /** The action that refuses new requests of a class. */
    public static Action refusing(ServiceClass serviceClass) {
      return switch (serviceClass) {
        case BATCH -> REFUSE_BATCH;
        case STANDARD -> REFUSE_STANDARD;
        case INTERACTIVE -> REFUSE_INTERACTIVE;
      };
    }

    @JsonCreator
    static Action of(String spelling) {
      return Field.constant(FIELD, spelling, Action.class);
    }

    @Override
    @JsonValue
    public String toString() {
      return spelling;
    }
  }

  private static final String FIELD = "rungs.action";

  /**
   * One step.
   *
   * @param action what the step takes
   * @param of the class whose pressure counts
   * @param enterAbove the pressure above which the step is taken, above 0
   * @param leaveBelow the pressure below which it is undone, below {@code enterAbove}
   * @param enterSeconds how long the pressure has to be above
   * @param leaveSeconds how long the pressure has to be below
   * @param outputTokens for cap_output
   * @param retryAfterSeconds for refusals
   */
  public record Rung(
      Action action,
      ServiceClass of,
      double enterAbove,
      double leaveBelow,
      int enterSeconds,
      int leaveSeconds,
      @Nullable Integer outputTokens,
      @Nullable Integer retryAfterSeconds) {

    public Rung {
      Field.present(FIELD, action, Action.class);
      of = of == null ? ServiceClass.STANDARD : of;
      Field.atLeast("rungs.enterAbove", enterAbove, 0);
      if (!(leaveBelow >= 0 && leaveBelow < enterAbove)) {
        throw new IllegalArgumentException(
            "rungs.leaveBelow is %s; give 0 to below enterAbove, %s"
                .formatted(leaveBelow, enterAbove));
      }
      Field.atLeast("rungs.enterSeconds", enterSeconds, 0);
      Field.atLeast("rungs.leaveSeconds", leaveSeconds, 0);
      if (action == Action.CAP_OUTPUT && (outputTokens == null || outputTokens < 1)) {
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
