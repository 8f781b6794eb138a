package io.penstock.compose.e2e;

import io.penstock.compose.node.PenstockNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Worker processes beside the tests' node. */
public final class TestWorkers {

  private TestWorkers() {}

  /** Starts a worker of 4 slots on a simulated engine. */
  static PenstockProcess start(PenstockNode node, Path home, String id, String model)
      throws IOException {
    return start(node, home, id, model, "simulated", 4);
  }

  /** Starts a worker with further options, such as those of its engine. */
  public static PenstockProcess start(
      PenstockNode node,
      Path home,
      String id,
      String model,
      String engine,
      int slots,
      String... options)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "worker",
                "--kafka",
                node.connection().bootstrapServers(),
                "--registry",
                node.connection().registryUrl(),
                "--id",
                id,
                "--model",
                model,
                "--engine",
                engine,
                "--slots",
                String.valueOf(slots),
                "--json"));
    arguments.addAll(List.of(options));
    return PenstockProcess.start(home, arguments.toArray(String[]::new));
  }
}
