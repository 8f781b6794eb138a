package io.penstock.compose.node;

import io.penstock.compose.access.AccessCheck;
import io.penstock.compose.access.AccessRights;
import io.penstock.compose.access.AccessRole;
import io.penstock.compose.access.Right;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds what Kafka permits this process against what its roles need. */
final class RoleRights {

  private static final Logger log = LoggerFactory.getLogger(RoleRights.class);

  private RoleRights() {}

  /**
   * Returns when nothing is missing that a role cannot work without. An HTTP front serves callers
   * without the rights of its paths under {@code /admin}, so that those are only logged.
   *
   * @throws io.penstock.compose.access.MissingRightsException naming what is missing and the remedy
   */
  static void require(NodeConfig config, Admin admin) throws InterruptedException {
    AccessCheck check = new AccessCheck(admin);
    for (Role role : config.roles().stream().sorted().toList()) {
      check.require(of(role), rights(of(role), config));
    }
    if (config.has(Role.HTTP)) {
      List<Right> missing = check.missing(rights(AccessRole.HTTP_ADMIN, config));
      if (!missing.isEmpty()) {
        log.info(
            "The paths under /admin that change models, routing or workers are refused by Kafka: {}"
                + " missing. To serve them, grant role {}",
            missing,
            AccessRole.HTTP_ADMIN);
      }
    }
  }

  private static List<Right> rights(AccessRole role, NodeConfig config) {
    return AccessRights.of(role, config.topics().names(), config.delivery().replyTopics());
  }

  private static AccessRole of(Role role) {
    return switch (role) {
      case SCORE -> AccessRole.SCORE;
      case DISPATCH -> AccessRole.DISPATCH;
      case DELIVERY -> AccessRole.DELIVERY;
      case CONTROL -> AccessRole.CONTROL;
      case WORKER -> AccessRole.WORKER;
      case HTTP -> AccessRole.HTTP;
    };
  }
}
