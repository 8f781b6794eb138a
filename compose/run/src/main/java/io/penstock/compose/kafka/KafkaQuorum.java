package io.penstock.compose.kafka;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.apache.kafka.common.Uuid;

/**
 * One of several nodes on 127.0.0.1 that make up a cluster: each is broker and controller, and any
 * minority of them may be away. Data is kept by three of them, and written once two have it.
 *
 * @param clusterId the same for all nodes, as Kafka writes ids
 * @param node which node this is, from 1
 * @param controllerPorts where the nodes' controllers listen, from node 1 on: an odd number of
 *     ports, 3 to 9, all different
 * @param sessionTimeout how long a broker may be silent until the controller gives its partitions
 *     to others, 1 s to 60 s; Kafka's default is 9 s
 */
public record KafkaQuorum(
    String clusterId, int node, List<Integer> controllerPorts, Duration sessionTimeout) {

  /** Copies of what the brokers keep for themselves, and of topics that do not say. */
  static final int COPIES = 3;

  /** Copies that a record must have before it counts as written. */
  static final int MIN_COPIES = 2;

  private static final int MOST_NODES = 9;
  private static final Duration SHORTEST_SESSION = Duration.ofSeconds(1);
  private static final Duration LONGEST_SESSION = Duration.ofMinutes(1);

  public KafkaQuorum {
    controllerPorts = List.copyOf(controllerPorts);
    int nodes = controllerPorts.size();
    requireClusterId(clusterId);
    if (nodes < COPIES || nodes > MOST_NODES || nodes % 2 == 0) {
      throw new IllegalArgumentException(
          "controllerPorts has %d ports; a quorum has 3, 5, 7 or 9 nodes".formatted(nodes));
    }
    for (int port : controllerPorts) {
      if (port < 1 || port > 65_535) {
        throw new IllegalArgumentException(
            "controllerPorts has %d; ports are from 1 to 65535".formatted(port));
      }
    }
    if (new HashSet<>(controllerPorts).size() < nodes) {
      throw new IllegalArgumentException(
          "controllerPorts is %s; each node needs a port of its own".formatted(controllerPorts));
    }
    if (node < 1 || node > nodes) {
      throw new IllegalArgumentException(
          "node is %d; it must be from 1 to %d, the number of controllerPorts"
              .formatted(node, nodes));
    }
    if (sessionTimeout.compareTo(SHORTEST_SESSION) < 0
        || sessionTimeout.compareTo(LONGEST_SESSION) > 0) {
      throw new IllegalArgumentException(
          "sessionTimeout is %s; it must be from %s to %s"
              .formatted(sessionTimeout, SHORTEST_SESSION, LONGEST_SESSION));
    }
  }

  private static void requireClusterId(String clusterId) {
    try {
      Uuid.fromString(clusterId);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "clusterId is '%s'; take one of KafkaQuorum.newClusterId()".formatted(clusterId), e);
    }
  }

  /** An id that no other cluster has. */
  public static String newClusterId() {
    return Uuid.randomUuid().toString();
  }

  /** Where this node's controller listens. */
  int controllerPort() {
    return controllerPorts.get(node - 1);
  }
}
