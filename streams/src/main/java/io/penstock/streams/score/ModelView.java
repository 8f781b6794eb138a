package io.penstock.streams.score;

import io.micrometer.core.instrument.Counter;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.models.InvalidModelsException;
import io.penstock.schemas.models.ModelCatalog;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models topic as a catalogue, kept up to date record by record. A spec that is wrong by itself
 * is logged, counted and ignored; what was known of that model stays.
 *
 * <p>Written by one thread, read by any.
 */
final class ModelView {

  private static final Logger LOG = LoggerFactory.getLogger(ModelView.class);

  private final int modelPartitions;
  private final Counter rejected;
  private volatile ModelCatalog catalog = ModelCatalog.EMPTY;

  /**
   * @param modelPartitions a spec's partitions must lie below this, or sending would fail
   * @param rejected counts specs ignored
   */
  ModelView(int modelPartitions, Counter rejected) {
    this.modelPartitions = modelPartitions;
    this.rejected = rejected;
  }

  ModelCatalog catalog() {
    return catalog;
  }

  void put(String key, ModelSpec spec) {
    if (!key.equals(spec.getName())) {
      ignore(key, "its record's key differs from its name, " + spec.getName());
      return;
    }
    try {
      // What it falls back to may come later in the topic.
      ModelCatalog.of(
          List.of(ModelSpec.newBuilder(spec).setFallbacks(List.of()).build()), modelPartitions);
    } catch (InvalidModelsException e) {
      ignore(key, e.getMessage());
      return;
    }
    replace(catalog.with(spec));
  }

  void remove(String key) {
    replace(catalog.without(key));
  }

  /** Notes a spec that is not to be used. */
  void ignore(String key, String why) {
    rejected.increment();
    LOG.error("Model {} stays as it was, the new spec is ignored: {}", key, why);
  }

  private void replace(ModelCatalog next) {
    catalog = next;
  }
}
