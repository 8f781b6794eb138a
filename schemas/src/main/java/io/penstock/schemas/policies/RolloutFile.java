package io.penstock.schemas.policies;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.penstock.schemas.json.JsonMessage;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingKind;
import java.util.Set;
import java.util.TreeSet;

/**
 * The plan of a rollout as a person writes it, in YAML, of which JSON is a part: the fields of
 * {@link Rollout} up to {@code onBreach}, with {@code model} for its name. A step may be a number:
 * its percent.
 */
public final class RolloutFile {

  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private static final Set<String> KEYS =
      Set.of("model", "from", "to", "steps", "gates", "warm", "evaluation", "onBreach");
  private static final Set<String> OF_STEP = Set.of("percent", "minSeconds", "minRequests");
  private static final Set<String> OF_GATES =
      Set.of(
          "maxErrorRate",
          "maxErrorRateIncrease",
          "maxLatencyRatio",
          "maxFeedbackDrop",
          "minSample");
  private static final Set<String> OF_WARM = Set.of("minWorkers", "timeoutSeconds");
  private static final Set<String> OF_EVALUATION =
      Set.of("items", "replay", "minScore", "maxLatencyRatio", "maxCostRatio", "timeoutSeconds");
  private static final Set<String> OF_ITEM = Set.of("endpoint", "body", "expected");

  /** How long a step lasts, and how many results it needs, where the file does not say. */
  private static final int USUAL_SECONDS = 60;

  private static final int USUAL_REQUESTS = 50;

  private RolloutFile() {}

  /**
   * Reads a plan.
   *
   * @throws IllegalArgumentException naming what is wrong with it
   */
  public static Rollout parse(String text) {
    try {
      if (!(YAML.readTree(text) instanceof ObjectNode root)) {
        throw new IllegalArgumentException("holds no rollout; give model, from and to");
      }
      known("rollout", root, KEYS);
      known("gates", root.path("gates"), OF_GATES);
      known("warm", root.path("warm"), OF_WARM);
      known("evaluation", root.path("evaluation"), OF_EVALUATION);
      root.path("evaluation").path("items").forEach(item -> known("items", item, OF_ITEM));
      root.set("name", root.remove("model"));
      root.set("steps", steps(root.path("steps")));
      root.put("step", -1);
      return (Rollout) RoutingCodec.read(RoutingKind.ROLLOUT, root.toString());
    } catch (JsonProcessingException malformed) {
      throw new IllegalArgumentException(JsonMessage.of(malformed), malformed);
    }
  }

  /** A plan as {@link #parse} reads it: JSON, without what is known of a rollout that runs. */
  public static String json(Rollout plan) {
    ObjectNode root = RoutingCodec.mapper().valueToTree(plan);
    root.set("model", root.remove("name"));
    return root.retain(KEYS).toString();
  }

  private static ArrayNode steps(JsonNode given) {
    ArrayNode steps = YAML.createArrayNode();
    if (given.isMissingNode() || given.isNull()) {
      return steps.add(step(YAML.createObjectNode().put("percent", 100)));
    }
    if (!given.isArray()) {
      throw new IllegalArgumentException("steps is no list; give one such as [5, 25, 100]");
    }
    for (JsonNode each : given) {
      if (each.isIntegralNumber()) {
        steps.add(step(YAML.createObjectNode().set("percent", each)));
      } else if (each instanceof ObjectNode step) {
        known("steps", step, OF_STEP);
        steps.add(step(step));
      } else {
        throw new IllegalArgumentException(
            "steps holds %s; give percents, or objects with percent".formatted(each));
      }
    }
    return steps;
  }

  private static ObjectNode step(ObjectNode step) {
    if (!step.has("minSeconds")) {
      step.put("minSeconds", USUAL_SECONDS);
    }
    if (!step.has("minRequests")) {
      step.put("minRequests", USUAL_REQUESTS);
    }
    return step;
  }

  private static void known(String where, JsonNode node, Set<String> keys) {
    for (String key : (Iterable<String>) node::fieldNames) {
      if (!keys.contains(key)) {
        throw new IllegalArgumentException(
            "%s has key '%s'; known are %s".formatted(where, key, new TreeSet<>(keys)));
      }
    }
  }
}
