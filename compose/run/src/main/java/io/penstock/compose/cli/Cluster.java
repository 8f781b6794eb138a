package io.penstock.compose.cli;

import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.policies.RoutingPublisher;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;

/** A cluster as the commands see it. */
interface Cluster extends AutoCloseable {

  ClusterConnection connection();

  TopicNames names();

  AvroSerdes serdes();

  /**
   * Returns how the topics are laid out: their partitions as they are, the rest as it is
   * configured.
   */
  TopicSettings topics();

  /** Reads topics; one at a time. */
  TopicLog log();

  /** Submits and cancels requests. */
  RequestGateway requests();

  /** Changes the model registry. */
  ModelRegistry models();

  /** Changes the routing policy. */
  RoutingPublisher routing();

  @Override
  void close();
}
