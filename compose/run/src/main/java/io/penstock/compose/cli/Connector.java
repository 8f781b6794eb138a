package io.penstock.compose.cli;

import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicNames;

/** Reaches a cluster, or says in one line why it cannot. */
@FunctionalInterface
public interface Connector {

  /**
   * Connects within 10 seconds.
   *
   * @throws CliException with {@link ExitCodes#UNREACHABLE} if Kafka or the registry does not
   *     answer
   */
  Cluster connect(ClusterConnection connection, TopicNames names);
}
