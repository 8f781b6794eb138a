package io.penstock.compose.access;

import io.penstock.schemas.cluster.ClusterConnection;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.ResourcePatternFilter;

/** Gives rights to a principal and takes them away. Each step may be repeated. */
public final class AclAdmin implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 10_000;

  private final Admin admin;

  /** Connects as somebody who may alter the cluster, or is one of its super users. */
  public AclAdmin(ClusterConnection connection) {
    this.admin =
        Admin.create(
            connection.with(
                Map.of(
                    "client.id",
                    "penstock-acls",
                    "request.timeout.ms",
                    PATIENCE_MILLIS / 2,
                    "default.api.timeout.ms",
                    PATIENCE_MILLIS)));
  }

  /**
   * Returns which of these rights the principal does not have in its own name.
   *
   * @throws KafkaException if Kafka does not answer, or does not permit it
   */
  public List<Right> missing(Collection<Right> rights, String principal) {
    Set<AclBinding> present = present(principal);
    return rights.stream().filter(right -> !present.contains(right.binding(principal))).toList();
  }

  /** Returns which of these rights the principal has in its own name. */
  public List<Right> present(Collection<Right> rights, String principal) {
    Set<AclBinding> present = present(principal);
    return rights.stream().filter(right -> present.contains(right.binding(principal))).toList();
  }

  private Set<AclBinding> present(String principal) {
    AclBindingFilter ofPrincipal =
        new AclBindingFilter(
            ResourcePatternFilter.ANY,
            new AccessControlEntryFilter(principal, null, AclOperation.ANY, AclPermissionType.ANY));
    return new HashSet<>(get(admin.describeAcls(ofPrincipal).values()));
  }

  /** Grants the rights. */
  public void grant(Collection<Right> rights, String principal) {
    get(admin.createAcls(rights.stream().map(each -> each.binding(principal)).toList()).all());
  }

  /** Takes the rights away, and no others. */
  public void revoke(Collection<Right> rights, String principal) {
    get(
        admin
            .deleteAcls(rights.stream().map(each -> each.binding(principal).toFilter()).toList())
            .all());
  }

  private static <T> T get(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof KafkaException cause) {
        throw cause;
      }
      throw new KafkaException("Kafka's access control lists cannot be read", failed.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted", interrupted);
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(1));
  }
}
