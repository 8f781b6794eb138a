package io.penstock.workers.lease;

import java.time.Instant;

/** Takes what happens to leases. Any thread may call it; it waits for nothing but a short lock. */
@FunctionalInterface
public interface LeaseEvents {

  void on(LeaseEvent event, Instant now);
}
