package io.penstock.schemas.models;

import io.penstock.schemas.ModelSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The models at one moment, found by name or alias in constant time. Instances are immutable.
 *
 * <p>{@link #of} demands that the rules hold. Following the models topic record by record with
 * {@link #with} and {@link #without} does not, since a change of several models is met half done;
 * there a name wins over an alias, and of two models that claim an alias the first by name has it.
 */
public final class ModelCatalog {

  public static final ModelCatalog EMPTY = new ModelCatalog(Map.of());

  private final Map<String, ModelSpec> byAnyName = new HashMap<>();
  private final Map<String, ModelSpec> byName;
  private final List<ModelSpec> models;

  private ModelCatalog(Map<String, ModelSpec> byName) {
    this.byName = new TreeMap<>(byName);
    this.models = List.copyOf(this.byName.values());
    for (ModelSpec model : models) {
      model.getAliases().forEach(alias -> byAnyName.putIfAbsent(alias, model));
    }
    byAnyName.putAll(byName);
  }

  /**
   * These models, once they fulfil the rules.
   *
   * @throws InvalidModelsException naming every violation
   */
  public static ModelCatalog of(Collection<ModelSpec> models) {
    return of(models, Integer.MAX_VALUE);
  }

  /**
   * These models, once they fulfil the rules, also on partitions.
   *
   * @param modelPartitions the number of model partitions, which the models' own must be among
   * @throws InvalidModelsException naming every violation
   */
  public static ModelCatalog of(Collection<ModelSpec> models, int modelPartitions) {
    List<String> violations = violations(models, modelPartitions);
    if (!violations.isEmpty()) {
      throw new InvalidModelsException("model registry", violations);
    }
    return following(models);
  }

  /** The models as the topic has them, whether or not the rules hold; the last of a name counts. */
  public static ModelCatalog following(Collection<ModelSpec> models) {
    Map<String, ModelSpec> byName = new HashMap<>();
    models.forEach(model -> byName.put(model.getName(), model));
    return new ModelCatalog(byName);
  }

  static List<String> violations(Collection<ModelSpec> models, int modelPartitions) {
    List<String> violations = new ArrayList<>();
    models.forEach(model -> violations.addAll(ModelRules.violations(model, modelPartitions)));
    violations.addAll(CatalogRules.ofNames(models));
    violations.addAll(CatalogRules.ofFallbacks(models));
    return violations;
  }

  /** The model of this name or alias. */
  public Optional<ModelSpec> resolve(String nameOrAlias) {
    return Optional.ofNullable(byAnyName.get(nameOrAlias));
  }

  /** All models by name, ascending. */
  public List<ModelSpec> models() {
    return models;
  }

  /** This catalog with the model added, or in place of the one of its name. */
  public ModelCatalog with(ModelSpec model) {
    Map<String, ModelSpec> next = new HashMap<>(byName);
    next.put(model.getName(), model);
    return new ModelCatalog(next);
  }

  /** This catalog without the model of this name; an alias removes nothing. */
  public ModelCatalog without(String name) {
    if (!byName.containsKey(name)) {
      return this;
    }
    Map<String, ModelSpec> next = new HashMap<>(byName);
    next.remove(name);
    return new ModelCatalog(next);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ModelCatalog catalog && models.equals(catalog.models);
  }

  @Override
  public int hashCode() {
    return models.hashCode();
  }

  @Override
  public String toString() {
    return "ModelCatalog" + byName.keySet();
  }
}
