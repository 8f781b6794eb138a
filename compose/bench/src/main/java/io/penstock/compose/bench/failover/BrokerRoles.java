package io.penstock.compose.bench.failover;

import io.penstock.compose.bench.rig.InSync;
import io.penstock.schemas.topics.TopicNames;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartitionInfo;

/**
 * The roles of one broker for Penstock.
 *
 * @param node the broker
 * @param controller whether it is the active controller
 * @param led partitions of Penstock's topics that it leads
 * @param partitions partitions of Penstock's topics
 * @param dispatchGroup whether it coordinates dispatch's group
 * @param producers transactional producers that it coordinates
 * @param allProducers transactional producers in the cluster
 */
record BrokerRoles(
    int node,
    boolean controller,
    int led,
    int partitions,
    boolean dispatchGroup,
    int producers,
    int allProducers) {

  /** The broker that is the active controller now. */
  static BrokerRoles ofController(Admin admin, TopicNames names)
      throws InterruptedException, ExecutionException {
    return of(activeController(admin), admin, names);
  }

  /** Returns what this broker does now. */
  static BrokerRoles of(int node, Admin admin, TopicNames names)
      throws InterruptedException, ExecutionException {
    List<TopicPartitionInfo> partitions =
        InSync.topics(admin).stream()
            .filter(topic -> topic.name().startsWith(names.prefix()))
            .map(TopicDescription::partitions)
            .flatMap(Collection::stream)
            .toList();
    String group = names.prefix() + "dispatch";
    int coordinator =
        admin.describeConsumerGroups(List.of(group)).all().get().get(group).coordinator().id();
    Map<Integer, KafkaFuture<Collection<TransactionListing>>> producers =
        admin.listTransactions().byBrokerId().get();
    int all = 0;
    for (KafkaFuture<Collection<TransactionListing>> each : producers.values()) {
      all += each.get().size();
    }
    return new BrokerRoles(
        node,
        node == activeController(admin),
        (int) partitions.stream().filter(each -> each.leader().id() == node).count(),
        partitions.size(),
        coordinator == node,
        producers.get(node).get().size(),
        all);
  }

  private static int activeController(Admin admin) throws InterruptedException, ExecutionException {
    return admin.describeMetadataQuorum().quorumInfo().get().leaderId();
  }

  /** For a person. */
  String text() {
    return ("%s the active controller, led %d of Penstock's %d partitions, %s dispatch's group"
            + " and coordinated %d of %d transactional producers")
        .formatted(
            controller ? "was" : "was not",
            led,
            partitions,
            dispatchGroup ? "coordinated" : "did not coordinate",
            producers,
            allProducers);
  }
}
