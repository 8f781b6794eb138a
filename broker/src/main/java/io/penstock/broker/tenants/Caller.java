package io.penstock.broker.tenants;

import io.penstock.schemas.ServiceClass;
import java.util.Optional;

/**
 * Who calls.
 *
 * @param tenant whose things the caller may see and use
 * @param ceiling the most urgent class that the caller may use
 * @param keyId the id of the API key; empty where keys are off
 * @param limits what the caller may use
 */
public record Caller(
    String tenant, ServiceClass ceiling, Optional<String> keyId, KeyLimits limits) {

  /** Everybody, where keys are off. */
  public static final Caller ANYBODY =
      new Caller("default", ServiceClass.INTERACTIVE, Optional.empty(), KeyLimits.NONE);

  /** The holder of a key. */
  public static Caller of(ApiKey key) {
    return new Caller(key.tenant(), key.ceiling(), Optional.of(key.id()), key.limits());
  }
}
