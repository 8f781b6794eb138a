package io.penstock.schemas.topics;

import io.penstock.schemas.ModelSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.utils.Utils;

/**
 * Computes which partitions of the work topics belong to a model, and which of them a request
 * takes. A request id always takes the same one, so that a repeated request meets the first.
 */
public final class ModelPartitions {

  private ModelPartitions() {}

  /**
   * The partitions of a model, ascending: its own list where the registry gives one, else one
   * derived from its name.
   *
   * @param count the number of model partitions, 1 or more
   */
  public static List<Integer> of(ModelSpec model, int count) {
    if (model.getPartitions().isEmpty()) {
      return List.of(of(model.getName(), count));
    }
    return model.getPartitions().stream().sorted().toList();
  }

  /** The partition that a model without a list of its own takes, from 0 to count - 1. */
  public static int of(String modelName, int count) {
    return hash(modelName) % count;
  }

  /** The partition of this request among its model's partitions. */
  public static int of(ModelSpec model, String requestId, int count) {
    List<Integer> partitions = of(model, count);
    return partitions.size() == 1
        ? partitions.getFirst()
        : partitions.get(hash(requestId) % partitions.size());
  }

  /** The partition of the leases topic that a worker reads, from 0 to count - 1. */
  public static int ofWorker(String workerId, int count) {
    return hash(workerId) % count;
  }

  private static int hash(String text) {
    return Utils.toPositive(Utils.murmur2(text.getBytes(StandardCharsets.UTF_8)));
  }
}
