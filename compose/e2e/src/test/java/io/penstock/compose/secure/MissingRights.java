package io.penstock.compose.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.penstock.compose.access.AccessCheck;
import io.penstock.compose.access.AccessRole;
import io.penstock.compose.access.AclAdmin;
import io.penstock.compose.access.MissingRightsException;
import io.penstock.compose.access.Right;
import io.penstock.compose.node.PenstockNode;
import io.penstock.compose.node.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

/**
 * A process that lacks a right says so when it starts. Every role has run before with all its
 * rights, so that the topics that Streams makes are there.
 */
abstract class MissingRights {

  private final SecureUsers users;

  MissingRights(SecureUsers users) {
    this.users = users;
  }

  @Test
  void eachRightThatIsLeftOutIsNamedAtTheStart() throws Exception {
    for (Role role : Role.values()) {
      AccessRole access = AccessRole.named(role.toString());
      List<Right> rights = SecureCluster.rights(access);
      try (AclAdmin acls = new AclAdmin(users.cluster().administrator());
          Admin admin =
              Admin.create(
                  users
                      .cluster()
                      .connection(role.toString())
                      .with(Map.of("client.id", "test-check")))) {
        AccessCheck check = new AccessCheck(admin);
        assertThat(check.missing(rights)).as("missing to %s", role).isEmpty();
        // The front has those of its paths under /admin too, which may be the same.
        for (Right right : rights) {
          acls.revoke(List.of(right), "User:" + role);
          await()
              .pollInterval(Duration.ofMillis(10))
              .atMost(Duration.ofSeconds(20))
              .untilAsserted(
                  () -> assertThat(check.missing(rights)).as("without %s", right).contains(right));
          assertThat(check.missing(rights)).containsExactly(right);
          acls.grant(List.of(right), "User:" + role);
          await()
              .pollInterval(Duration.ofMillis(10))
              .atMost(Duration.ofSeconds(20))
              .until(() -> check.missing(rights).isEmpty());
        }
      }
    }
  }

  /** Which one follows from a seed; all of them with -Dpenstock.acls.all=true. */
  @Test
  void aProcessWithoutOneRightEndsAndSaysWhich() throws Exception {
    long seed = Long.getLong("penstock.acls.seed", System.nanoTime());
    for (Role role : Role.values()) {
      List<Right> rights = new ArrayList<>(SecureCluster.rights(AccessRole.named(role.toString())));
      Collections.shuffle(rights, new Random(seed));
      List<Right> tried = Boolean.getBoolean("penstock.acls.all") ? rights : rights.subList(0, 1);
      for (Right right : tried) {
        leftOut(role, right, seed);
      }
    }
  }

  private void leftOut(Role role, Right right, long seed) throws Exception {
    try (AclAdmin acls = new AclAdmin(users.cluster().administrator())) {
      acls.revoke(List.of(right), "User:" + role);
      try (PenstockNode node = new PenstockNode(users.config(role))) {
        assertThatThrownBy(node::start)
            .as("%s without %s, seed %d", role, right, seed)
            .isInstanceOf(MissingRightsException.class)
            .hasMessageContaining(right.toString())
            .hasMessageContaining("penstock acls apply --role " + role);
      } finally {
        acls.grant(List.of(right), "User:" + role);
      }
    }
  }
}
