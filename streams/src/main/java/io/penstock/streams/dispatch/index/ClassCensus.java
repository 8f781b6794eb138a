package io.penstock.streams.dispatch.index;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.Target;

/**
 * Everything that waits for one target in one class.
 *
 * @param target the model, or the variant of one
 * @param offered requests that may be leased now
 * @param backingOff requests that are tried again in a moment
 * @param deferred requests that are not to be leased before a time of their own
 * @param oldestAcceptedAt of those offered, microseconds since the epoch; {@link Long#MAX_VALUE} if
 *     there is none
 * @param promptTokens tokens to prefill in all, of those offered or backing off
 * @param outputTokens tokens expected to be generated in all, of these
 */
public record ClassCensus(
    Target target,
    ServiceClass serviceClass,
    int offered,
    int backingOff,
    int deferred,
    long oldestAcceptedAt,
    long promptTokens,
    long outputTokens) {

  /** A class of which nothing is offered. */
  static ClassCensus none(Target target, ServiceClass serviceClass) {
    return new ClassCensus(target, serviceClass, 0, 0, 0, Long.MAX_VALUE, 0, 0);
  }

  /** Adds what is held back besides. */
  ClassCensus plus(HeldBack held) {
    return new ClassCensus(
        target,
        serviceClass,
        offered,
        backingOff + held.backingOff(),
        deferred + held.deferred(),
        oldestAcceptedAt,
        promptTokens + held.promptTokens(),
        outputTokens + held.outputTokens());
  }

  /** Requests that may be leased now or in a moment. */
  public int soon() {
    return offered + backingOff;
  }
}
