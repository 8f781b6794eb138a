package io.penstock.compose.secure;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

/** Kafka's own authorizer, which remembers what it was asked for in earnest. */
public final class RecordingAuthorizer extends StandardAuthorizer {

  /** What a principal wanted to do, and whether it might. */
  record Asked(
      String principal,
      AclOperation operation,
      ResourceType type,
      String name,
      AuthorizationResult result) {}

  static final Set<Asked> ASKED = ConcurrentHashMap.newKeySet();

  @Override
  public List<AuthorizationResult> authorize(
      AuthorizableRequestContext context, List<Action> actions) {
    List<AuthorizationResult> results = super.authorize(context, actions);
    for (int i = 0; i < actions.size(); i++) {
      Action action = actions.get(i);
      // Kafka tries out every operation where a client asks what it may do, and logs none of them.
      if (action.logIfAllowed() || action.logIfDenied()) {
        ASKED.add(
            new Asked(
                context.principal().getName(),
                action.operation(),
                action.resourcePattern().resourceType(),
                action.resourcePattern().name(),
                results.get(i)));
      }
    }
    return results;
  }
}
