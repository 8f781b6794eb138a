package io.penstock.broker.webhooks.delivery;

import io.penstock.broker.home.StateChange;
import java.io.IOException;
import java.util.List;

/**
 * For what ends without a result of its own, such as a batch: whoever writes the end writes the
 * deliveries of its event in the same write, so that neither is without the other. Safe for use by
 * many threads.
 */
public interface EventAnnouncer {

  /** Tells nobody. */
  EventAnnouncer NOBODY = _ -> Announcement.NONE;

  /**
   * An event that is about to be written.
   *
   * @param changes belong into the write of the end, at the home of the event
   * @param written to be run once they last
   */
  record Announcement(List<StateChange> changes, Runnable written) {

    /** Nobody is told of anything. */
    public static final Announcement NONE = new Announcement(List.of(), () -> {});
  }

  /**
   * The deliveries of an event.
   *
   * @throws IOException if it is not known yet who listens; try again soon
   */
  Announcement announce(WebhookEvent event) throws IOException;
}
