package io.penstock.compose.bench.selection;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.routing.AliasPolicy;
import io.penstock.schemas.routing.Goal;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.streams.score.model.RoutingContext;
import io.penstock.streams.score.model.RoutingRules;
import io.penstock.streams.score.request.Arrival;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Models that differ in price and quality, each with a fresh report of the fleet, and requests for
 * them.
 */
final class ChoiceWorld {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final String GOAL = "smart";

  private final int models;

  ChoiceWorld(int models) {
    this.models = models;
  }

  RoutingContext routingContext() {
    List<ModelSpec> specs = IntStream.range(0, models).mapToObj(this::spec).toList();
    List<FleetReport> reports = IntStream.range(0, models).mapToObj(this::report).toList();
    AliasPolicy smart =
        new AliasPolicy(GOAL, List.of(), new Goal(0.3, null), null, null, null, false);
    return new RoutingContext(
        ModelCatalog.of(specs),
        new RoutingRules(RoutingState.of(List.of(smart))),
        FleetView.of(reports),
        NOW);
  }

  private ModelSpec spec(int i) {
    double place = (double) i / Math.max(1, models - 1);
    return ModelSpec.newBuilder()
        .setName(name(i))
        .setEndpoints(List.of("/v1/chat/completions"))
        .setContextWindow(32_768)
        .setMaxOutputTokens(4_096)
        .setInputPricePerMillion(0.1 + 5 * place)
        .setOutputPricePerMillion(0.4 + 15 * place)
        .setQuality(0.5 + 0.4 * place)
        .setUpdatedAt(NOW)
        .build();
  }

  private FleetReport report(int i) {
    return FleetReport.newBuilder()
        .setPartition(0)
        .setModel(name(i))
        .setHealth(TargetHealth.HEALTHY)
        .setHealthSince(NOW)
        .setWorkers(2)
        .setSlots(32)
        .setLeased(20)
        .setPrefillTokensPerSecond(20_000.0)
        .setDecodeTokensPerSecond(60.0)
        .setStartedAt(NOW)
        .setSentAt(NOW)
        .build();
  }

  private static String name(int i) {
    return "model-" + i;
  }

  /** Requests that name a model each. */
  List<Arrival> named(List<String> prompts) {
    return arrivals(prompts, null, null);
  }

  /** Requests that leave the model open and are sorted by something. */
  List<Arrival> sorted(List<String> prompts, String sort) {
    return arrivals(prompts, "auto", sort);
  }

  /** Requests for which a cost budget decides, and so the prompt's complexity. */
  List<Arrival> byGoal(List<String> prompts) {
    return arrivals(prompts, GOAL, null);
  }

  private List<Arrival> arrivals(
      List<String> prompts, @Nullable String model, @Nullable String sort) {
    List<Arrival> arrivals = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      InferenceRequest request =
          InferenceRequest.newBuilder()
              .setId("request-" + i)
              .setEndpoint("/v1/chat/completions")
              .setModel(model == null ? name(i % models) : model)
              .setBody(body(prompts.get(i)))
              .setRouting(
                  sort == null ? null : RoutingPreferences.newBuilder().setSort(sort).build())
              .build();
      arrivals.add(new Arrival(request, Optional.of(request.getId()), ServiceClass.STANDARD, NOW));
    }
    return arrivals;
  }

  private static ByteBuffer body(String prompt) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putArray("messages").addObject().put("role", "user").put("content", prompt);
    return ByteBuffer.wrap(body.toString().getBytes(StandardCharsets.UTF_8));
  }
}
