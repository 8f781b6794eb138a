package io.penstock.schemas.models;

import io.penstock.schemas.ModelSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Checks models against each other: names must be unique, and fallbacks must lead to other models.
 */
final class CatalogRules {

  private CatalogRules() {}

  /** Names and aliases that two models claim. */
  static List<String> ofNames(Collection<ModelSpec> models) {
    Map<String, List<String>> owners = new TreeMap<>();
    for (ModelSpec model : models) {
      owners.computeIfAbsent(model.getName(), name -> new ArrayList<>()).add(model.getName());
      for (String alias : new TreeSet<>(model.getAliases())) {
        if (!alias.equals(model.getName())) {
          owners.computeIfAbsent(alias, name -> new ArrayList<>()).add(model.getName());
        }
      }
    }
    List<String> violations = new ArrayList<>();
    owners.forEach(
        (name, claimants) -> {
          if (claimants.size() > 1) {
            violations.add(
                claimants.stream().allMatch(name::equals)
                    ? "model '%s' is given %d times; keep one".formatted(name, claimants.size())
                    : "name '%s' is claimed by models %s; each name or alias belongs to one"
                        .formatted(name, claimants));
          }
        });
    return violations;
  }

  /** Fallbacks that do not exist, cannot serve instead, or lead back to where they began. */
  static List<String> ofFallbacks(Collection<ModelSpec> models) {
    Map<String, ModelSpec> byName = new LinkedHashMap<>();
    models.forEach(model -> byName.put(model.getName(), model));
    Map<String, String> aliases = new HashMap<>();
    models.forEach(
        model -> model.getAliases().forEach(alias -> aliases.put(alias, model.getName())));
    List<String> violations = new ArrayList<>();
    for (ModelSpec model : models) {
      for (String fallback : new TreeSet<>(model.getFallbacks())) {
        ModelSpec target = byName.get(fallback);
        if (target == null) {
          String remedy =
              aliases.containsKey(fallback)
                  ? "is an alias; name the model, '%s'".formatted(aliases.get(fallback))
                  : "is no model; add it or leave it out";
          violations.add(
              "model '%s': fallbacks '%s' %s".formatted(model.getName(), fallback, remedy));
        } else if (Collections.disjoint(target.getEndpoints(), model.getEndpoints())) {
          violations.add(
              "model '%s': fallbacks '%s' serves none of its endpoints"
                  .formatted(model.getName(), fallback));
        }
      }
    }
    violations.addAll(cycles(byName));
    return violations;
  }

  /** Names that cannot be removed: aliases, and fallbacks of models that stay. */
  static List<String> ofRemoval(ModelCatalog current, Collection<String> names) {
    Set<String> leaving = new HashSet<>(names);
    List<String> violations = new ArrayList<>();
    for (String name : names) {
      current
          .resolve(name)
          .filter(owner -> !owner.getName().equals(name))
          .ifPresent(
              owner ->
                  violations.add(
                      "'%s' is an alias of model '%s'; remove the model, or apply it without the alias"
                          .formatted(name, owner.getName())));
    }
    for (ModelSpec model : current.models()) {
      if (!leaving.contains(model.getName())) {
        model.getFallbacks().stream()
            .filter(leaving::contains)
            .forEach(
                fallback ->
                    violations.add(
                        "'%s' is a fallback of model '%s'; apply that one without it first"
                            .formatted(fallback, model.getName())));
      }
    }
    return violations;
  }

  private static List<String> cycles(Map<String, ModelSpec> byName) {
    List<String> violations = new ArrayList<>();
    Set<String> finished = new HashSet<>();
    for (String name : byName.keySet()) {
      follow(name, byName, new ArrayList<>(), finished, violations);
    }
    return violations;
  }

  private static void follow(
      String name,
      Map<String, ModelSpec> byName,
      List<String> path,
      Set<String> finished,
      List<String> violations) {
    int met = path.indexOf(name);
    if (met >= 0) {
      // A model that names itself is reported with that model.
      if (path.size() - met > 1) {
        violations.add(
            "fallbacks lead in a circle: %s -> %s; remove one of them"
                .formatted(String.join(" -> ", path.subList(met, path.size())), name));
      }
      return;
    }
    if (finished.contains(name) || !byName.containsKey(name)) {
      return;
    }
    path.add(name);
    for (String fallback : byName.get(name).getFallbacks()) {
      follow(fallback, byName, path, finished, violations);
    }
    path.removeLast();
    finished.add(name);
  }
}
