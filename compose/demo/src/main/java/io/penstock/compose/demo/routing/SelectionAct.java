package io.penstock.compose.demo.routing;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.client.PenstockClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Requests that leave the model open get the cheap one, or the strong one where that pays. */
final class SelectionAct {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int REQUESTS = 10 * DemoPrompts.count();
  private static final int EXAMPLES = 2;

  private final PenstockClient client;
  private final RoutingLedger ledger;

  SelectionAct(PenstockClient client, RoutingLedger ledger) {
    this.client = client;
    this.ledger = ledger;
  }

  Act play() throws InterruptedException {
    Map<String, String> prompts = new HashMap<>();
    for (int i = 0; i < REQUESTS; i++) {
      InferenceRequest request =
          DemoRequests.chat(RoutingScript.ALIAS, DemoPrompts.of(i), 40).build();
      prompts.put(request.getId(), DemoPrompts.of(i));
      ledger.sending(request.getId());
      var _ = client.send(request);
    }
    boolean all = ledger.awaitAll(PATIENCE);
    List<InferenceResult> results =
        ledger.results().stream().filter(each -> prompts.containsKey(each.getId())).toList();
    return report(results, prompts, all);
  }

  private Act report(List<InferenceResult> results, Map<String, String> prompts, boolean all) {
    Map<String, Integer> byModel = new TreeMap<>();
    Map<String, InferenceResult> examples = new TreeMap<>();
    double cost = 0;
    double strongCost = 0;
    for (InferenceResult result : results) {
      String model = result.getChoice().map(ModelChoice::getModel).orElse("none");
      byModel.merge(model, 1, Integer::sum);
      examples.putIfAbsent(model, result);
      cost += result.getCost().orElse(0.0);
      strongCost += RoutingScript.strongPrice(result);
    }
    List<Act.Fact> facts = new ArrayList<>();
    byModel.forEach((model, count) -> facts.add(new Act.Fact("answered by " + model, count)));
    facts.add(new Act.Fact("cost", money(cost)));
    facts.add(new Act.Fact("cost, always the strong model", money(strongCost)));
    List<String> notes = new ArrayList<>();
    examples.values().stream()
        .limit(EXAMPLES)
        .forEach(
            result ->
                notes.add(
                    "\"%s\" -> %s"
                        .formatted(
                            shortened(prompts.get(result.getId())),
                            result.getChoice().map(ModelChoice::getReason).orElse("no choice"))));
    boolean both = byModel.keySet().containsAll(List.of(RoutingScript.CHEAP, RoutingScript.STRONG));
    var figures =
        JsonNodeFactory.instance
            .objectNode()
            .put("requests", REQUESTS)
            .put("cost", cost)
            .put("always_strong_cost", strongCost);
    byModel.forEach(figures.putObject("by_model")::put);
    return new Act("selection", facts, notes, Optional.empty(), figures, all && both);
  }

  private static String money(double amount) {
    return String.format(Locale.ROOT, "%.5f", amount);
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }
}
