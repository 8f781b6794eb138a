package io.penstock.workers.models;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.reading.FollowedTopic;
import io.penstock.schemas.reading.TopicFollower;
import io.penstock.schemas.text.Printable;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes on the whole model registry, first when it has been read to its end, then after each
 * change. Only the thread of a {@link TopicFollower} uses it.
 */
public final class ModelFollower implements TopicFollower.Listener {

  private static final Logger LOG = LoggerFactory.getLogger(ModelFollower.class);

  private final Consumer<Map<String, ModelSpec>> listener;
  private final Map<String, ModelSpec> registry = new HashMap<>();

  /**
   * @param listener takes the registry by model name, on the follower's thread
   */
  public ModelFollower(Consumer<Map<String, ModelSpec>> listener) {
    this.listener = listener;
  }

  /** The models topic, read for this follower. */
  public FollowedTopic<ModelSpec> topic(String name, Deserializer<ModelSpec> values) {
    return new FollowedTopic<>(
        name,
        values,
        this::accept,
        (key, why) ->
            LOG.warn(
                "Model {} cannot be read; its former entry stays: {}",
                Printable.of(key),
                Printable.of(why)));
  }

  private void accept(String name, @Nullable ModelSpec model) {
    if (model == null) {
      registry.remove(name);
    } else {
      registry.put(name, model);
    }
  }

  @Override
  public void beginning() {
    registry.clear();
  }

  @Override
  public void upToDate() {
    listener.accept(Map.copyOf(registry));
  }
}
