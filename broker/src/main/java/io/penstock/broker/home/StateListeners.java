package io.penstock.broker.home;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several listeners as one.
 *
 * @param all in the order in which they hear
 */
public record StateListeners(List<StateListener> all) implements StateListener {

  public StateListeners {
    all = List.copyOf(all);
  }

  @Override
  public void beginning() {
    all.forEach(StateListener::beginning);
  }

  @Override
  public void entry(String kind, String id, byte @Nullable [] document) {
    all.forEach(each -> each.entry(kind, id, document));
  }

  @Override
  public void upToDate() {
    all.forEach(StateListener::upToDate);
  }
}
