package io.penstock.streams.score.view;

import io.micrometer.core.instrument.Counter;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.models.InvalidModelsException;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.text.Printable;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models topic as a catalogue, kept up to date record by record. A spec that is wrong by itself
 * is logged, counted and ignored; what was known of that model stays.
 *
 * <p>Written by one thread, read by any.
 */
public final class ModelView {

  private static final Logger LOG = LoggerFactory.getLogger(ModelView.class);

  private final int modelPartitions;
  private final Counter rejected;
  private volatile ModelCatalog catalog = ModelCatalog.EMPTY;

  /**
   * @param modelPartitions a spec's partitions must lie below this, or sending would fail
   * @param rejected counts specs ignored
   */
  public ModelView(int modelPartitions, Counter rejected) {
    this.modelPartitions = modelPartitions;
    this.rejected = rejected;
  }

  public ModelCatalog catalog() {
    return catalog;
  }

  /** Takes a record; null: the model was removed. */
  public void follow(String key, @Nullable ModelSpec spec) {
    if (spec == null) {
      catalog = catalog.without(key);
    } else {
      put(key, spec);
    }
  }

  private void put(String key, ModelSpec spec) {
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
    catalog = catalog.with(spec);
  }

  /** Notes a spec that is not to be used. */
  public void ignore(String key, String why) {
    rejected.increment();
    LOG.error(
        "Model {} stays as it was, the new spec is ignored: {}",
        Printable.brief(key),
        Printable.brief(why));
  }
}
