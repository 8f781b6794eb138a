package io.penstock.compose.front;

import io.penstock.compose.e2e.PenstockProcess;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts processes of role http, each with one instance of the front. */
final class FrontProcess {

  private FrontProcess() {}

  /**
   * Those whose homes lie in one folder share the folder of files beside them.
   *
   * @param more further arguments
   */
  static PenstockProcess start(
      ClusterConnection connection, TopicSettings topics, Path home, String... more)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of("up", "--roles", "http", "--data", home.resolve("data").toString()));
    arguments.addAll(
        List.of("--kafka", connection.bootstrapServers(), "--registry", connection.registryUrl()));
    arguments.addAll(topicArguments(topics));
    arguments.addAll(
        List.of(
            "--set",
            "http.sessionTimeout=3s",
            "--set",
            "http.files.folder=" + home.resolveSibling("files"),
            "--operations-port",
            "0",
            "--http-port",
            "0",
            "--json"));
    arguments.addAll(List.of(more));
    return PenstockProcess.start(home, arguments.toArray(String[]::new));
  }

  /** How a command is told of these topics. */
  static List<String> topicArguments(TopicSettings topics) {
    return List.of(
        "--prefix",
        topics.names().prefix(),
        "--set",
        "topics.modelPartitions=" + topics.modelPartitions(),
        "--set",
        "topics.otherPartitions=" + topics.otherPartitions(),
        "--set",
        "topics.maxRequestBytes=" + topics.maxRequestBytes());
  }
}
