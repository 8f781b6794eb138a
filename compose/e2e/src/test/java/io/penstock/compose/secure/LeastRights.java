package io.penstock.compose.secure;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.access.AccessRole;
import io.penstock.compose.access.Right;
import io.penstock.compose.node.PenstockNode;
import io.penstock.compose.node.Role;
import io.penstock.compose.secure.RecordingAuthorizer.Asked;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.server.authorizer.AuthorizationResult;
import org.junit.jupiter.api.Test;

/** Every role and every client does its work with its rights, and needs each of them. */
abstract class LeastRights {

  /**
   * What a role needs seldom, and this test does not bring about: it hands a request over to
   * another class or partition, runs requests again, or writes what it decides.
   */
  private static final List<String> SELDOM =
      List.of(
          "score WRITE on topic guarded.requests.",
          "dispatch WRITE on topic guarded.transfers",
          "delivery WRITE on topic guarded.dead-letters",
          "control READ on topic guarded.work.",
          "control WRITE on topic guarded.requests.batch",
          "control WRITE on topic guarded.models",
          "operator WRITE on topic guarded.requests.",
          // Used by commands and paths that nobody calls here.
          "auditor READ on topic guarded.fleet",
          "operator READ on topic guarded.fleet",
          "control WRITE on topic guarded.routing");

  private static final String MODELS =
      """
      models:
        - name: m
          endpoints: [/v1/chat/completions, /v1/completions]
          contextWindow: 4096
          maxOutputTokens: 512
          inputPricePerMillion: 0.5
          outputPricePerMillion: 1.5
        # No worker serves it.
        - name: idle
          endpoints: [/v1/chat/completions]
          contextWindow: 4096
          maxOutputTokens: 512
          variants:
            - {name: blue, weight: 1}
            - {name: green, weight: 0, state: shadow}
      """;

  private final SecureUsers users;

  LeastRights(SecureUsers users) {
    this.users = users;
  }

  @Test
  void everyRoleAndEveryClientWorksWithExactlyItsRights() throws Exception {
    for (AccessRole role : AccessRole.values()) {
      if (role != AccessRole.REGISTRY) {
        users.asAdministrator(0, "acls apply --role %s --principal User:%s".formatted(role, role));
      }
    }
    // The front that serves /admin has both.
    users.asAdministrator(0, "acls apply --role http-admin --principal User:http");
    users.as("setup", "topics apply");
    Path models = users.folder().resolve("models.yaml");
    Files.writeString(models, MODELS);
    users.as("operator", "models apply " + models);
    RecordingAuthorizer.ASKED.removeIf(each -> each.result() == AuthorizationResult.DENIED);

    Deque<PenstockNode> nodes = new ArrayDeque<>();
    try {
      String url = null;
      for (Role role : Role.values()) {
        PenstockNode node = new PenstockNode(users.config(role));
        nodes.push(node);
        node.start();
        node.awaitReady(SecureUsers.PATIENCE);
        url = node.addresses().httpUrl().orElse(url);
      }
      SecureClients clients = new SecureClients(users);
      try (FrontCallers callers = new FrontCallers(url)) {
        callers.tenant();
        callers.operatorBefore();
        clients.requester();
        clients.operator();
        clients.auditor();
        callers.operatorAfter();
      }
    } finally {
      nodes.forEach(PenstockNode::close);
    }

    assertThat(RecordingAuthorizer.ASKED)
        .as("what was denied")
        .filteredOn(each -> each.result() == AuthorizationResult.DENIED)
        .filteredOn(each -> !each.principal().equals("nobody"))
        .filteredOn(each -> !isOnlyAProbe(each))
        // It is refused on purpose above.
        .filteredOn(
            each ->
                !each.principal().equals("auditor")
                    || !each.name().equals(SecureCluster.NAMES.results()))
        .isEmpty();
    assertThat(unused()).as("rights that nothing needed").isEmpty();
  }

  /**
   * Whether the broker only looks whether the wider right is there, and goes on without. It lists
   * its own topics to those who may see them, makes topics for whoever may make these, and lets
   * whoever may write to any topic do it idempotently. Scoring asks for the broker's shortest
   * session, and takes a longer one where it may not know.
   */
  private static boolean isOnlyAProbe(Asked asked) {
    return asked.name().startsWith("__")
        || asked.name().equals("hardcode")
        || asked.operation() == AclOperation.DESCRIBE_CONFIGS
        || (asked.type() == ResourceType.CLUSTER
            && (asked.operation() == AclOperation.IDEMPOTENT_WRITE
                || asked.operation() == AclOperation.CREATE));
  }

  /** The rights that no principal used, but for those that are used seldom. */
  private static Set<String> unused() {
    Set<String> unused = new TreeSet<>();
    for (AccessRole role : AccessRole.values()) {
      // The front's user has both.
      String user = role == AccessRole.HTTP_ADMIN ? "http" : role.toString();
      for (Right right : SecureCluster.rights(role)) {
        boolean used =
            RecordingAuthorizer.ASKED.stream()
                .filter(each -> each.principal().equals(user))
                .filter(each -> each.result() == AuthorizationResult.ALLOWED)
                .anyMatch(each -> uses(each, right));
        String named = role + " " + right;
        if (!used && SELDOM.stream().noneMatch(named::startsWith)) {
          unused.add(named);
        }
      }
    }
    return unused;
  }

  private static boolean uses(Asked asked, Right right) {
    return asked.operation() == right.operation() && right.covers(asked.type(), asked.name());
  }
}
