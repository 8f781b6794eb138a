package io.penstock.schemas.models;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.routing.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Checks a single model. */
final class ModelRules {

  /** The name by which a request leaves the choice of a model to Penstock. */
  static final String AUTO = "auto";

  private static final Set<String> TOKENIZERS =
      Set.of("cl100k_base", "o200k_base", "p50k_base", "r50k_base");
  private static final int MOST_TOKENS = 100_000_000;
  private static final int MOST_WEIGHT = 1_000_000;

  private final ModelSpec model;
  private final List<String> violations = new ArrayList<>();

  private ModelRules(ModelSpec model) {
    this.model = model;
  }

  /**
   * The violations, each naming the model, the field and what it should be.
   *
   * @param modelPartitions the number of model partitions; {@link Integer#MAX_VALUE} if unknown
   */
  static List<String> violations(ModelSpec model, int modelPartitions) {
    ModelRules rules = new ModelRules(model);
    rules.names();
    rules.endpoints();
    rules.tokens();
    rules.partitions(modelPartitions);
    rules.fallbacks();
    rules.variants();
    rules.tasks();
    rules.targets();
    rules.violations.addAll(PriceRules.violations(model));
    return rules.violations;
  }

  private void names() {
    name("name", model.getName());
    model.getAliases().forEach(alias -> name("aliases", alias));
    repeated("aliases", model.getAliases());
    if (model.getAliases().contains(model.getName())) {
      violation("aliases", "repeats the model's own name; leave it out");
    }
  }

  private void name(String field, String name) {
    if (name.isBlank()) {
      violation(field, "is empty; give 1 to %d characters".formatted(Ids.MAX_LENGTH));
    } else if (name.length() > Ids.MAX_LENGTH) {
      violation(
          field,
          "has a name of %d characters; at most %d".formatted(name.length(), Ids.MAX_LENGTH));
    } else if (!name.equals(name.strip()) || name.chars().anyMatch(Character::isISOControl)) {
      violation(
          field, "'%s' begins or ends with a space, or has a control character".formatted(name));
    } else if (name.indexOf(Target.SEPARATOR) >= 0) {
      violation(
          field,
          "'%s' has a %c, which stands between a model and its variant; leave it out"
              .formatted(name, Target.SEPARATOR));
    } else if (name.equals(AUTO)) {
      violation(field, "'auto' is how a request leaves the choice open; take another name");
    }
  }

  private void endpoints() {
    if (model.getEndpoints().isEmpty()) {
      violation("endpoints", "is empty; give at least one of " + paths());
    }
    for (String path : model.getEndpoints()) {
      if (Endpoint.ofPath(path).isEmpty()) {
        violation("endpoints", "'%s' is unknown; known are %s".formatted(path, paths()));
      }
    }
    repeated("endpoints", model.getEndpoints());
  }

  private void tokens() {
    int window = model.getContextWindow();
    int output = model.getMaxOutputTokens();
    if (window < 1 || window > MOST_TOKENS) {
      violation("contextWindow", "is %d; give 1 to %d tokens".formatted(window, MOST_TOKENS));
    }
    boolean generates =
        model.getEndpoints().stream()
            .map(Endpoint::ofPath)
            .flatMap(Optional::stream)
            .anyMatch(Endpoint::generates);
    if (output < 0 || output > Math.max(0, window)) {
      violation(
          "maxOutputTokens", "is %d; give 0 to the contextWindow, %d".formatted(output, window));
    } else if (generates && output == 0) {
      violation("maxOutputTokens", "is 0; a model that generates text needs at least 1");
    }
    if (!TOKENIZERS.contains(model.getTokenizer())) {
      violation(
          "tokenizer",
          "'%s' is unknown; known are %s"
              .formatted(
                  model.getTokenizer(),
                  TOKENIZERS.stream().sorted().collect(Collectors.joining(", "))));
    }
  }

  private void partitions(int modelPartitions) {
    for (int partition : model.getPartitions()) {
      if (partition < 0 || partition >= modelPartitions) {
        violation(
            "partitions",
            modelPartitions == Integer.MAX_VALUE
                ? "%d is negative".formatted(partition)
                : "%d is outside 0 to %d".formatted(partition, modelPartitions - 1));
      }
    }
    repeated("partitions", model.getPartitions());
  }

  private void fallbacks() {
    repeated("fallbacks", model.getFallbacks());
    if (model.getFallbacks().contains(model.getName())) {
      violation("fallbacks", "names the model itself; leave it out");
    }
  }

  private void variants() {
    if (model.getVariants().isEmpty()) {
      return;
    }
    repeated("variants", model.getVariants().stream().map(ModelVariant::getName).toList());
    for (ModelVariant variant : model.getVariants()) {
      name("variants", variant.getName());
      if (variant.getWeight() < 0 || variant.getWeight() > MOST_WEIGHT) {
        violation(
            "variants",
            "'%s' has weight %d; give 0 to %d"
                .formatted(variant.getName(), variant.getWeight(), MOST_WEIGHT));
      }
      if (!VariantState.spellings().contains(variant.getState())) {
        violation(
            "variants",
            "'%s' has state '%s'; give %s"
                .formatted(
                    variant.getName(),
                    variant.getState(),
                    String.join(" or ", VariantState.spellings())));
      }
    }
    if (model.getVariants().stream().noneMatch(VariantState::takesNew)) {
      violation("variants", "none is active with a weight above 0, so none would be chosen");
    }
  }

  private void tasks() {
    model.getTaskTypes().forEach(task -> name("taskTypes", task));
    repeated("taskTypes", model.getTaskTypes());
    model
        .getQualityByDomain()
        .forEach(
            (domain, quality) -> {
              if (!(quality >= 0 && quality <= 1)) {
                violation("qualityByDomain", "'%s' is %s; give 0 to 1".formatted(domain, quality));
              }
            });
  }

  private void targets() {
    model
        .getFirstTokenTargetMillis()
        .filter(target -> target < 1)
        .ifPresent(
            target ->
                violation("firstTokenTargetMillis", "is %d; give 1 or more".formatted(target)));
    model
        .getOutputTokenTargetMillis()
        .filter(target -> !(target > 0 && Double.isFinite(target)))
        .ifPresent(
            target ->
                violation("outputTokenTargetMillis", "is %s; give more than 0".formatted(target)));
  }

  private void repeated(String field, List<?> values) {
    Set<Object> seen = new HashSet<>();
    values.stream()
        .filter(value -> !seen.add(value))
        .distinct()
        .forEach(value -> violation(field, "has '%s' more than once".formatted(value)));
  }

  private void violation(String field, String what) {
    violations.add("model '%s': %s %s".formatted(model.getName(), field, what));
  }

  private static String paths() {
    return Arrays.stream(Endpoint.values()).map(Endpoint::path).collect(Collectors.joining(", "));
  }
}
