package io.penstock.workers.lease;

import java.time.Duration;

/**
 * The time-outs of a lease's steps; see the worker's configuration.
 *
 * @param leaseTimeout the silence after which dispatch takes leases back
 * @param payloadTimeout the longest read of a payload
 * @param attemptTimeout the longest run
 * @param stopGrace how long an interrupted run may take to end
 * @param drainGrace how long runs may go on when dispatch asks for a drain
 */
public record LeaseTiming(
    Duration leaseTimeout,
    Duration payloadTimeout,
    Duration attemptTimeout,
    Duration stopGrace,
    Duration drainGrace) {

  /** When an attempt fails that could not start. The reader gives up before and says more. */
  Duration startTimeout() {
    return payloadTimeout.plus(stopGrace);
  }
}
