package io.penstock.streams.score.view;

import io.micrometer.core.instrument.Counter;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.routing.Revision;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.text.Printable;
import io.penstock.streams.runtime.Snapshot;
import io.penstock.streams.score.model.RoutingRules;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routing topic as rules, kept up to date entry by entry. An entry that cannot be used is
 * logged, counted and ignored; what was known under its key stays. Revisions of the registry are
 * not kept: nothing is chosen by them, and they are large.
 *
 * <p>Written by one thread, read by any.
 */
public final class RoutingView {

  private static final Logger LOG = LoggerFactory.getLogger(RoutingView.class);

  private final Counter rejected;
  private final Snapshot<RoutingDocument, RoutingRules> rules =
      new Snapshot<>(documents -> new RoutingRules(RoutingState.of(documents)));

  /**
   * @param rejected counts entries ignored
   */
  public RoutingView(Counter rejected) {
    this.rejected = rejected;
  }

  public RoutingRules rules() {
    return rules.get();
  }

  /** Takes a record; null: the entry was removed. */
  public void follow(String key, @Nullable RoutingEntry entry) {
    if (entry == null) {
      rules.remove(key);
      return;
    }
    try {
      RoutingDocument document = RoutingCodec.read(key, entry);
      if (!(document instanceof Revision)) {
        rules.put(key, document);
      }
    } catch (IllegalArgumentException e) {
      ignore(key, String.valueOf(e.getMessage()));
    }
  }

  /** Notes an entry that is not to be used. */
  public void ignore(String key, String why) {
    rejected.increment();
    LOG.error(
        "Routing entry {} stays as it was, the new one is ignored: {}",
        Printable.brief(key),
        Printable.brief(why));
  }
}
