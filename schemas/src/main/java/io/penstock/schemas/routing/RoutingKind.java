package io.penstock.schemas.routing;

import java.util.Arrays;
import java.util.Optional;

/** The kinds of entries on the routing topic. */
public enum RoutingKind {
  TENANT("tenant", TenantPolicy.class),
  ALIAS("alias", AliasPolicy.class),
  EXPERIMENT("experiment", Experiment.class),
  ROLLOUT("rollout", Rollout.class),
  LADDER("ladder", DegradationLadder.class),
  DEGRADATION("degradation", Degradation.class),
  SPEND("budget-spent", Spend.class),
  REVISION("revision", Revision.class);

  private final String label;
  private final Class<? extends RoutingDocument> type;

  RoutingKind(String label, Class<? extends RoutingDocument> type) {
    this.label = label;
    this.type = type;
  }

  /** The text that records and keys hold. */
  public String label() {
    return label;
  }

  public Class<? extends RoutingDocument> type() {
    return type;
  }

  /** The record key of an entry. */
  public String key(String name) {
    return label + "/" + name;
  }

  public static RoutingKind of(RoutingDocument document) {
    return switch (document) {
      case TenantPolicy ignored -> TENANT;
      case AliasPolicy ignored -> ALIAS;
      case Experiment ignored -> EXPERIMENT;
      case Rollout ignored -> ROLLOUT;
      case DegradationLadder ignored -> LADDER;
      case Degradation ignored -> DEGRADATION;
      case Spend ignored -> SPEND;
      case Revision ignored -> REVISION;
    };
  }

  /** The kind of this label, or empty if it is a later version's. */
  public static Optional<RoutingKind> ofLabel(String label) {
    return Arrays.stream(values()).filter(kind -> kind.label.equals(label)).findFirst();
  }
}
