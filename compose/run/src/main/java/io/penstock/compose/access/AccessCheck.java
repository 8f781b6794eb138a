package io.penstock.compose.access;

import io.penstock.schemas.cluster.ClusterConnection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Kafka at the start of a process whether it may do what its role needs, so that a right that
 * is missing is named at once and not when a request first needs it. Kafka says of topics which
 * operations it permits; of groups and transactional ids only whether they may be seen at all,
 * which every right includes.
 *
 * <p>What cannot be asked is taken to be permitted: of a topic that is not there yet, and where
 * Kafka does not answer.
 */
public final class AccessCheck {

  private static final Logger LOG = LoggerFactory.getLogger(AccessCheck.class);
  private static final long PATIENCE_SECONDS = 15;

  /** The end of names of which nothing is ever made. Kafka says whether they may be seen. */
  private static final String NEVER = "access-check";

  private final Admin admin;

  public AccessCheck(Admin admin) {
    this.admin = admin;
  }

  /**
   * Returns when nothing is missing.
   *
   * @throws MissingRightsException if something is
   */
  public void require(AccessRole role, List<Right> rights) throws InterruptedException {
    List<Right> missing = missing(rights);
    if (!missing.isEmpty()) {
      throw new MissingRightsException(role, missing);
    }
  }

  /** Does the same with a client of its own. */
  public static void require(ClusterConnection connection, AccessRole role, List<Right> rights)
      throws InterruptedException {
    try (Admin admin =
        Admin.create(connection.with(Map.of("client.id", "penstock-access-check")))) {
      new AccessCheck(admin).require(role, rights);
    }
  }

  /** Returns which of these rights Kafka does not give this process. */
  public List<Right> missing(List<Right> rights) throws InterruptedException {
    Map<String, Optional<Set<AclOperation>>> topics = topics(rights);
    List<Right> missing = new ArrayList<>();
    for (Right each : rights) {
      boolean permitted =
          switch (each.resource()) {
            case TOPIC -> topic(each, rights, topics);
            case GROUP -> isPermitted(admin.listConsumerGroupOffsets(each.name()).all());
            case TRANSACTIONAL_ID -> isPermitted(transactionalId(each));
            default -> true;
          };
      if (!permitted) {
        missing.add(each);
      }
    }
    return missing;
  }

  private KafkaFuture<?> transactionalId(Right right) {
    String id = right.prefixed() ? right.name() + NEVER : right.name();
    return admin.describeTransactions(List.of(id)).all();
  }

  /** A topic that may not be seen is told of once: where the rights say that it is to be seen. */
  private boolean topic(
      Right right, List<Right> rights, Map<String, Optional<Set<AclOperation>>> topics)
      throws InterruptedException {
    boolean seen = false;
    for (Map.Entry<String, Optional<Set<AclOperation>>> each : topics.entrySet()) {
      if (!right.covers(ResourceType.TOPIC, each.getKey())) {
        continue;
      }
      if (each.getValue().isPresent()) {
        seen = true;
        if (!each.getValue().get().contains(right.operation())) {
          return false;
        }
      } else if (right.operation() == AclOperation.DESCRIBE
          || rights.stream().noneMatch(other -> describes(other, each.getKey()))) {
        return false;
      }
    }
    return seen || right.operation() != AclOperation.CREATE || mayCreate(right);
  }

  private static boolean describes(Right right, String topic) {
    return right.operation() == AclOperation.DESCRIBE && right.covers(ResourceType.TOPIC, topic);
  }

  private boolean mayCreate(Right right) throws InterruptedException {
    NewTopic never = new NewTopic(right.name() + NEVER, Optional.empty(), Optional.empty());
    return isPermitted(
        admin.createTopics(List.of(never), new CreateTopicsOptions().validateOnly(true)).all());
  }

  /** Returns what is permitted on each topic that is there; empty where it may not be seen. */
  private Map<String, Optional<Set<AclOperation>>> topics(Collection<Right> rights)
      throws InterruptedException {
    Map<String, KafkaFuture<TopicDescription>> asked =
        admin
            .describeTopics(
                names(rights), new DescribeTopicsOptions().includeAuthorizedOperations(true))
            .topicNameValues();
    Map<String, Optional<Set<AclOperation>>> found = new HashMap<>();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> each : asked.entrySet()) {
      Answer<TopicDescription> answer = ask(each.getValue());
      if (answer.refused()) {
        found.put(each.getKey(), Optional.empty());
      } else if (answer.value() != null && known(answer.value())) {
        found.put(each.getKey(), Optional.of(answer.value().authorizedOperations()));
      }
    }
    return found;
  }

  /** Whether Kafka says anything: whatever can be described has at least one operation. */
  private static boolean known(TopicDescription topic) {
    Set<AclOperation> operations = topic.authorizedOperations();
    return operations != null && !operations.isEmpty();
  }

  /** The topics that are named, those there are below the prefixes, and one that is not there. */
  private Set<String> names(Collection<Right> rights) throws InterruptedException {
    Set<String> names = new TreeSet<>();
    List<Right> ofTopics =
        rights.stream().filter(each -> each.resource() == ResourceType.TOPIC).toList();
    ofTopics.forEach(each -> names.add(each.prefixed() ? each.name() + NEVER : each.name()));
    Set<String> visible = ask(admin.listTopics().names()).value();
    if (visible != null) {
      visible.stream()
          .filter(name -> ofTopics.stream().anyMatch(each -> each.covers(each.resource(), name)))
          .forEach(names::add);
    }
    return names;
  }

  private static boolean isPermitted(KafkaFuture<?> future) throws InterruptedException {
    return !ask(future).refused();
  }

  private record Answer<T>(@Nullable T value, boolean refused) {}

  private static <T> Answer<T> ask(KafkaFuture<T> future) throws InterruptedException {
    try {
      return new Answer<>(future.get(PATIENCE_SECONDS, TimeUnit.SECONDS), false);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof AuthorizationException) {
        return new Answer<>(null, true);
      }
      if (!(failed.getCause() instanceof TopicExistsException)) {
        LOG.debug("Kafka does not say whether this process may do something", failed);
      }
      return new Answer<>(null, false);
    } catch (TimeoutException late) {
      LOG.debug("Kafka does not say in time whether this process may do something", late);
      return new Answer<>(null, false);
    }
  }
}
