package io.penstock.compose.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodeEndTest {

  private static final RoleEnd DRAINED = new RoleEnd(Role.WORKER, Optional.empty());

  @Test
  void aNodeWhoseRolesAllRunGoesOn() {
    assertThat(NodeEnd.of(Role.all(), List.of())).isEmpty();
  }

  @Test
  void anyRoleThatFailedEndsTheNode() {
    for (Role role : Role.values()) {
      RoleEnd failed = new RoleEnd(role, Optional.of("has died"));
      assertThat(NodeEnd.of(Role.all(), List.of(failed)))
          .contains(new NodeEnd.Failed(role + " has died"));
      assertThat(NodeEnd.of(Role.all(), List.of(DRAINED, failed)))
          .contains(new NodeEnd.Failed(role + " has died"));
    }
  }

  @Test
  void aDrainedWorkerEndsTheNodeOnlyWhereNothingElseRuns() {
    assertThat(NodeEnd.of(Set.of(Role.WORKER), List.of(DRAINED))).contains(new NodeEnd.Drained());
    assertThat(NodeEnd.of(Role.all(), List.of(DRAINED))).isEmpty();
  }
}
