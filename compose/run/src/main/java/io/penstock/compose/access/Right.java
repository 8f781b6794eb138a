package io.penstock.compose.access;

import java.util.Comparator;
import java.util.Locale;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * One operation on one resource of Kafka, or on all whose names begin alike.
 *
 * @param operation such as READ, which includes DESCRIBE, as WRITE does
 * @param resource a topic, a group or a transactional id
 * @param name the resource's name, or what the names begin with
 * @param prefixed whether the name is what the names begin with
 * @param why what the role needs it for
 */
public record Right(
    AclOperation operation, ResourceType resource, String name, boolean prefixed, String why) {

  /** By resource and name, as the lists are shown. */
  static final Comparator<Right> ORDER =
      Comparator.comparing(Right::resource)
          .thenComparing(Right::name)
          .thenComparing(Right::operation);

  /** The pattern of the resources as Kafka has it; an empty prefix is any name. */
  public ResourcePattern pattern() {
    if (prefixed && name.isEmpty()) {
      return new ResourcePattern(resource, "*", PatternType.LITERAL);
    }
    return new ResourcePattern(
        resource, name, prefixed ? PatternType.PREFIXED : PatternType.LITERAL);
  }

  /**
   * The entry of Kafka's list that gives the right, from any host.
   *
   * @param principal such as {@code User:dispatch}
   */
  public AclBinding binding(String principal) {
    return new AclBinding(
        pattern(), new AccessControlEntry(principal, "*", operation, AclPermissionType.ALLOW));
  }

  /** Returns whether a resource is one of those. */
  public boolean covers(ResourceType type, String other) {
    return type == resource && (prefixed ? other.startsWith(name) : other.equals(name));
  }

  /** As messages have it: {@code WRITE on topic penstock.leases}. */
  @Override
  public String toString() {
    return "%s on %s %s%s"
        .formatted(
            operation,
            resource.name().toLowerCase(Locale.ROOT).replace('_', ' '),
            name,
            prefixed ? "*" : "");
  }
}
