package io.penstock.schemas.policies;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.penstock.schemas.json.JsonMessage;
import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingKind;
import java.util.Set;
import java.util.TreeSet;

/** An experiment as a person writes it, in YAML, of which JSON is a part. */
public final class ExperimentFile {

  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private static final Set<String> KEYS =
      Set.of("name", "subject", "arms", "unit", "metric", "confidence", "minPerArm", "guardrails");
  private static final Set<String> OF_ARM = Set.of("name", "target", "weight");
  private static final Set<String> OF_GUARDRAILS =
      Set.of("maxErrorRateIncrease", "maxLatencyRatio", "maxCostRatio", "maxFeedbackDrop");

  private ExperimentFile() {}

  /**
   * Reads an experiment.
   *
   * @throws IllegalArgumentException naming what is wrong with it
   */
  public static Experiment parse(String text) {
    try {
      JsonNode root = YAML.readTree(text);
      if (!root.isObject()) {
        throw new IllegalArgumentException("holds no experiment; give name, subject and arms");
      }
      known("experiment", root, KEYS);
      root.path("arms").forEach(arm -> known("arms", arm, OF_ARM));
      known("guardrails", root.path("guardrails"), OF_GUARDRAILS);
      return (Experiment) RoutingCodec.read(RoutingKind.EXPERIMENT, root.toString());
    } catch (JsonProcessingException malformed) {
      throw new IllegalArgumentException(JsonMessage.of(malformed), malformed);
    }
  }

  /** An experiment as {@link #parse} reads it: JSON, without what came of it. */
  public static String json(Experiment experiment) {
    ObjectNode root = RoutingCodec.mapper().valueToTree(experiment);
    root.path("arms").forEach(arm -> ((ObjectNode) arm).retain(OF_ARM));
    return root.retain(KEYS).toString();
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
