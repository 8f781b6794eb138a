package io.penstock.compose.demo.routing;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.penstock.compose.chart.Chart;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.client.PenstockClient;
import io.penstock.schemas.routing.Rollout;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A new variant takes over step by step under load, or is rolled back where it does worse. */
final class CanaryAct {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration ROLLOUT = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final double PER_SECOND = 20;

  private final RoutingStage stage;
  private final PenstockClient client;
  private final RoutingLedger ledger;

  CanaryAct(RoutingStage stage, PenstockClient client, RoutingLedger ledger) {
    this.stage = stage;
    this.client = client;
    this.ledger = ledger;
  }

  /**
   * Rolls out a variant under load.
   *
   * @param name of the act
   * @param from the variant that serves
   * @param to the new one, whose worker runs already
   * @param expected how it should end
   */
  Act play(String name, String from, String to, Rollout.State expected)
      throws InterruptedException {
    int before = ledger.results().size();
    SteadyLoad load =
        SteadyLoad.start(
            client,
            ledger,
            PER_SECOND,
            number -> DemoRequests.chat(RoutingScript.CHEAP, DemoPrompts.of(number), 40).build());
    Instant began = Instant.now();
    stage.routing().put(List.of(RoutingScript.rollout(from, to)), "demo", "shown");
    Rollout end = awaitEnd();
    load.end();
    boolean all = ledger.awaitAll(PATIENCE);
    List<InferenceResult> results = ledger.results().subList(before, ledger.results().size());
    return report(name, end, expected, results, began, all);
  }

  private Rollout awaitEnd() throws InterruptedException {
    long until = System.nanoTime() + ROLLOUT.toNanos();
    Rollout rollout = current();
    while (rollout.state() != Rollout.State.COMPLETED
        && rollout.state() != Rollout.State.ROLLED_BACK
        && rollout.state() != Rollout.State.PAUSED
        && System.nanoTime() < until) {
      Thread.sleep(POLL);
      rollout = current();
    }
    return rollout;
  }

  private Rollout current() {
    return stage.routing().list().rollout(RoutingScript.CHEAP).orElseThrow();
  }

  private Act report(
      String name,
      Rollout end,
      Rollout.State expected,
      List<InferenceResult> results,
      Instant began,
      boolean all) {
    Map<String, Integer> byVariant = new TreeMap<>();
    results.forEach(each -> byVariant.merge(RoutingLedger.ranOn(each), 1, Integer::sum));
    List<Act.Fact> facts = new ArrayList<>();
    byVariant.forEach((target, count) -> facts.add(new Act.Fact("answered by " + target, count)));
    facts.add(new Act.Fact("rollout", end.state()));
    facts.add(new Act.Fact("failed", ledger.failed()));
    var figures =
        JsonNodeFactory.instance
            .objectNode()
            .put("state", end.state().name())
            .put("reason", end.reason())
            .put("failed", ledger.failed());
    byVariant.forEach(figures.putObject("by_target")::put);
    return new Act(
        name,
        facts,
        end.reason() == null ? List.of() : List.of(end.reason()),
        Optional.of(chart(name, end, results, began)),
        figures,
        all && ledger.failed() == 0 && end.state() == expected);
  }

  /** The new variant's share of the answers of each second. */
  private static Chart chart(
      String name, Rollout rollout, List<InferenceResult> results, Instant began) {
    String to = RoutingScript.CHEAP + "#" + rollout.to();
    Map<Long, int[]> bySecond = new TreeMap<>();
    for (InferenceResult result : results) {
      long second = Duration.between(began, result.getAcceptedAt()).toSeconds();
      int[] counts = bySecond.computeIfAbsent(second, each -> new int[2]);
      counts[0]++;
      counts[1] += RoutingLedger.ranOn(result).equals(to) ? 1 : 0;
    }
    List<Double> seconds = new ArrayList<>();
    List<Double> shares = new ArrayList<>();
    bySecond.forEach(
        (second, counts) -> {
          seconds.add((double) second);
          shares.add(100.0 * counts[1] / counts[0]);
        });
    return Chart.lines(
            "share-" + rollout.to(),
            name + ": requests by the second they were accepted",
            "seconds since the rollout began",
            "% served by " + to)
        .line(to, seconds, shares)
        .build();
  }
}
