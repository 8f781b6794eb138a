package io.penstock.compose.demo.routing;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.client.PenstockClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The strong model's only worker goes away under load: what waits, and what comes, is served by the
 * registered fallback, except what allows none: that waits until the worker is back.
 */
final class FailoverAct {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration BEFORE = Duration.ofSeconds(4);
  private static final Duration AWAY = Duration.ofSeconds(15);
  private static final Duration AFTER = Duration.ofSeconds(4);
  private static final double PER_SECOND = 10;
  private static final int INSISTING = 5;

  private final RoutingStage stage;
  private final PenstockClient client;
  private final RoutingLedger ledger;

  FailoverAct(RoutingStage stage, PenstockClient client, RoutingLedger ledger) {
    this.stage = stage;
    this.client = client;
    this.ledger = ledger;
  }

  Act play() throws InterruptedException {
    Set<String> flexible = new HashSet<>();
    SteadyLoad load =
        SteadyLoad.start(
            client,
            ledger,
            PER_SECOND,
            number -> {
              InferenceRequest request =
                  DemoRequests.chat(RoutingScript.STRONG, DemoPrompts.of(number), 60).build();
              synchronized (flexible) {
                flexible.add(request.getId());
              }
              return request;
            });
    Thread.sleep(BEFORE);
    stage.stop(RoutingScript.STRONG_WORKER);
    Set<String> insisting = insist();
    Thread.sleep(AWAY);
    stage.start(RoutingScript.STRONG_WORKER, RoutingScript.STRONG, 16, 1);
    Thread.sleep(AFTER);
    load.end();
    boolean all = ledger.awaitAll(PATIENCE);
    return report(flexible, insisting, all);
  }

  /** Sends requests that accept the strong model only. */
  private Set<String> insist() {
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < INSISTING; i++) {
      InferenceRequest request =
          DemoRequests.chat(RoutingScript.STRONG, DemoPrompts.of(i), 60)
              .setServiceClass(ServiceClass.STANDARD)
              .setRouting(RoutingPreferences.newBuilder().setAllowFallbacks(false).build())
              .build();
      ids.add(request.getId());
      ledger.sending(request.getId());
      var _ = client.send(request);
    }
    return ids;
  }

  private Act report(Set<String> flexible, Set<String> insisting, boolean all) {
    List<InferenceResult> results =
        ledger.results().stream().filter(each -> flexible.contains(each.getId())).toList();
    long onStrong = results.stream().filter(each -> ranOn(each, RoutingScript.STRONG)).count();
    long moved =
        results.stream()
            .filter(each -> each.getChoice().stream().anyMatch(c -> !c.getMovedFrom().isEmpty()))
            .count();
    long chosen = results.size() - onStrong - moved;
    long waited =
        insisting.stream()
            .filter(
                id ->
                    ledger.result(id).filter(each -> ranOn(each, RoutingScript.STRONG)).isPresent())
            .count();
    List<String> notes = new ArrayList<>();
    results.stream()
        .flatMap(each -> each.getChoice().stream())
        .filter(choice -> !choice.getMovedFrom().isEmpty())
        .findFirst()
        .map(ModelChoice::getMovedFrom)
        .ifPresent(from -> notes.add("moved from " + String.join(", ", from)));
    long failed = ledger.failed();
    return new Act(
        "failover",
        List.of(
            new Act.Fact("answered by " + RoutingScript.STRONG, onStrong),
            new Act.Fact("moved to " + RoutingScript.CHEAP + " while they waited", moved),
            new Act.Fact("sent to " + RoutingScript.CHEAP + " at once", chosen),
            new Act.Fact("waited for " + RoutingScript.STRONG + ", as asked", waited),
            new Act.Fact("failed", failed)),
        notes,
        Optional.empty(),
        JsonNodeFactory.instance
            .objectNode()
            .put("on_strong", onStrong)
            .put("moved", moved)
            .put("chosen_elsewhere", chosen)
            .put("waited", waited)
            .put("failed", failed),
        all && failed == 0 && moved > 0 && waited == INSISTING);
  }

  private static boolean ranOn(InferenceResult result, String model) {
    return result.getChoice().filter(choice -> choice.getModel().equals(model)).isPresent();
  }
}
