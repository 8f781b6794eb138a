package io.penstock.schemas.routing;

/**
 * An entry of the routing topic, by kind. Instances are immutable, and constructors refuse wrong
 * values.
 */
public sealed interface RoutingDocument
    permits TenantPolicy,
        AliasPolicy,
        Experiment,
        Rollout,
        DegradationLadder,
        Degradation,
        Spend,
        Revision {

  /** Its name within its kind, 1 to 128 characters. */
  String name();
}
