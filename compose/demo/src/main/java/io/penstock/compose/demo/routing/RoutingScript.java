package io.penstock.compose.demo.routing;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.routing.Rollout;
import java.util.List;
import java.util.Map;

/** The models, policies and prices that the routing demo plays with. */
final class RoutingScript {

  static final String ALIAS = "smart";
  static final String CHEAP = "small";
  static final String STRONG = "large";
  static final String STRONG_WORKER = "gpu-large";

  private static final double STRONG_INPUT = 5;
  private static final double STRONG_OUTPUT = 15;

  /** Both models; the cheap one with the variant that serves and two that are to come. */
  static final String MODELS =
      """
      models:
        - name: small
          endpoints: [/v1/chat/completions]
          contextWindow: 8192
          maxOutputTokens: 512
          quality: 0.65
          inputPricePerMillion: 0.2
          outputPricePerMillion: 0.6
          partitions: [0]
          variants:
            - {name: blue, weight: 1}
            - {name: green, weight: 0, state: shadow}
            - {name: red, weight: 0, state: shadow}
        - name: large
          endpoints: [/v1/chat/completions]
          contextWindow: 32768
          maxOutputTokens: 2048
          quality: 0.9
          inputPricePerMillion: 5
          outputPricePerMillion: 15
          partitions: [1]
          fallbacks: [small]
      """;

  /** Requests for {@code smart} may use the strong model for two of five prompts. */
  static final String POLICIES =
      """
      aliases:
        - name: smart
          models: [small, large]
          goal: {strongShare: 0.4}
      """;

  private RoutingScript() {}

  /** Returns what the same tokens would have cost with the strong model. */
  static double strongPrice(InferenceResult result) {
    return result
        .getUsage()
        .map(
            usage ->
                (usage.getPromptTokens() * STRONG_INPUT
                        + usage.getCompletionTokens() * STRONG_OUTPUT)
                    / 1e6)
        .orElse(0.0);
  }

  /** Three steps, a few seconds each. */
  static Rollout rollout(String from, String to) {
    return new Rollout(
        CHEAP,
        from,
        to,
        List.of(
            new Rollout.Step(10, 5, 10), new Rollout.Step(50, 5, 30), new Rollout.Step(100, 5, 50)),
        new Rollout.Gates(0.05, 0.02, 2.0, null, 10),
        new Rollout.Warm(1, 60),
        null,
        Rollout.BreachAction.ROLLBACK,
        Rollout.State.REGISTERED,
        -1,
        0,
        null,
        null,
        null,
        Map.of());
  }
}
