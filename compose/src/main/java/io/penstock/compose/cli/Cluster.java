package io.penstock.compose.cli;

import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;

/** A cluster as the commands see it. */
interface Cluster extends AutoCloseable {

  ClusterConnection connection();

  TopicNames names();

  AvroSerdes serdes();

  /** Reads topics; one at a time. */
  TopicLog log();

  /** Submits and cancels requests. */
  RequestGateway requests();

  /** Changes the model registry. */
  ModelRegistry models();

  @Override
  void close();
}
