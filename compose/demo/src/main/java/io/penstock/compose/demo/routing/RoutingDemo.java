package io.penstock.compose.demo.routing;

import io.penstock.schemas.client.PenstockClient;
import io.penstock.schemas.client.PenstockClientConfig;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.topics.TopicSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Plays selection, failover, a canary that takes over and one that is rolled back, on the running
 * Penstock that it is given and on simulated GPUs of its own.
 */
public final class RoutingDemo {

  private final ClusterConnection connection;
  private final TopicSettings topics;

  public RoutingDemo(ClusterConnection connection, TopicSettings topics) {
    this.connection = connection;
    this.topics = topics;
  }

  /**
   * Plays all acts, about two minutes.
   *
   * @param progress told what begins
   */
  public RoutingDemoReport run(Consumer<String> progress) throws InterruptedException {
    List<Act> acts = new ArrayList<>();
    try (RoutingStage stage = new RoutingStage(connection, topics);
        PenstockClient client = PenstockClient.open(PenstockClientConfig.of(connection, topics));
        RoutingLedger ledger = new RoutingLedger(connection, topics.names().results())) {
      stage.applyModels(RoutingScript.MODELS);
      stage.applyRouting(RoutingScript.POLICIES);
      stage.start("gpu-blue", "small#blue", 16, 1);
      stage.start(RoutingScript.STRONG_WORKER, RoutingScript.STRONG, 16, 1);
      progress.accept("selection: prompts for " + RoutingScript.ALIAS);
      acts.add(new SelectionAct(client, ledger).play());
      progress.accept("failover: the only worker of the strong model goes away");
      acts.add(new FailoverAct(stage, client, ledger).play());
      progress.accept("canary: green takes over from blue");
      stage.start("gpu-green", "small#green", 16, 1);
      CanaryAct canary = new CanaryAct(stage, client, ledger);
      acts.add(canary.play("canary", "blue", "green", Rollout.State.COMPLETED));
      progress.accept("canary: red is slow and has to go back");
      stage.start("gpu-red", "small#red", 16, 0.2);
      acts.add(canary.play("degraded canary", "green", "red", Rollout.State.ROLLED_BACK));
      return new RoutingDemoReport(acts, ledger.sent(), ledger.open(), ledger.duplicates());
    }
  }
}
