package io.penstock.workers.models;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.models.VariantState;
import io.penstock.schemas.routing.Target;
import io.penstock.schemas.topics.ModelPartitions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Says which partitions hold the models that a worker serves. The worker asks for all models that
 * it is configured with, also for those that the registry has retired or removed, since requests
 * may still wait for them.
 *
 * @param byPartition the models and variants it serves from each model partition
 * @param missing configured models that the registry does not have; the worker asks where a model
 *     of that name has its requests by default
 * @param outOfRange models whose partitions do not exist
 * @param noVariants configured variants that their models do not have, or that are retired; nothing
 *     new comes for them
 */
public record ServedModels(
    Map<Integer, Set<String>> byPartition,
    List<String> missing,
    List<String> outOfRange,
    List<String> noVariants) {

  public static final ServedModels NONE =
      new ServedModels(Map.of(), List.of(), List.of(), List.of());

  /**
   * Looks up the configured models in the registry; {@code partitions} is the number of model
   * partitions.
   */
  public static ServedModels of(
      List<String> wanted, Map<String, ModelSpec> registry, int partitions) {
    Map<Integer, Set<String>> byPartition = new TreeMap<>();
    List<String> missing = new ArrayList<>();
    List<String> outOfRange = new ArrayList<>();
    List<String> noVariants = new ArrayList<>();
    for (String name : wanted) {
      Target target = Target.parse(name);
      ModelSpec model = registry.get(target.model());
      if (model == null) {
        missing.add(name);
        ask(byPartition, ModelPartitions.of(target.model(), partitions), name);
      } else if (isOutOfRange(model, partitions)) {
        outOfRange.add(name);
      } else {
        if (!has(model, target.variant())) {
          noVariants.add(name);
        }
        ModelPartitions.of(model, partitions).forEach(each -> ask(byPartition, each, name));
      }
    }
    return new ServedModels(
        byPartition, List.copyOf(missing), List.copyOf(outOfRange), List.copyOf(noVariants));
  }

  private static void ask(Map<Integer, Set<String>> byPartition, int partition, String name) {
    byPartition.computeIfAbsent(partition, _ -> new TreeSet<>()).add(name);
  }

  private static boolean has(ModelSpec model, @Nullable String variant) {
    return variant == null
        || model.getVariants().stream()
            .anyMatch(each -> each.getName().equals(variant) && !VariantState.RETIRED.of(each));
  }

  private static boolean isOutOfRange(ModelSpec model, int partitions) {
    return model.getPartitions().stream().anyMatch(p -> p < 0 || p >= partitions);
  }
}
