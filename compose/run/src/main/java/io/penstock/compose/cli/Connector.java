package io.penstock.compose.cli;

import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicSettings;

/** Reaches a cluster, or says in one line why it cannot. */
@FunctionalInterface
public interface Connector {

  /**
   * Connects within 10 seconds.
   *
   * @param topics the topics as they are configured; partitions are counted on the cluster
   * @throws CliException with {@link ExitCodes#UNREACHABLE} if Kafka or the registry does not
   *     answer
   */
  Cluster connect(ClusterConnection connection, TopicSettings topics);
}
