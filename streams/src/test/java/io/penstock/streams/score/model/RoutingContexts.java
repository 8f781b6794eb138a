package io.penstock.streams.score.model;

import static io.penstock.streams.score.Requests.NOW;

import io.penstock.schemas.ClassBacklog;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.score.Requests;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What is known, put together piece by piece. */
public final class RoutingContexts {

  private final List<ModelSpec> models = new ArrayList<>();
  private final List<RoutingDocument> documents = new ArrayList<>();
  private final List<FleetReport> reports = new ArrayList<>();
  private Instant now = NOW;

  public static RoutingContexts with(ModelSpec.Builder... models) {
    RoutingContexts contexts = new RoutingContexts();
    Arrays.stream(models).forEach(each -> contexts.models.add(each.build()));
    return contexts;
  }

  public RoutingContexts routing(RoutingDocument... more) {
    documents.addAll(List.of(more));
    return this;
  }

  public RoutingContexts fleet(FleetReport.Builder... more) {
    Arrays.stream(more).forEach(each -> reports.add(each.build()));
    return this;
  }

  public RoutingContexts at(Instant time) {
    now = time;
    return this;
  }

  public RoutingContext build() {
    return new RoutingContext(
        ModelCatalog.of(models),
        new RoutingRules(RoutingState.of(documents)),
        FleetView.of(reports),
        now);
  }

  /** A chat model with prices of a million tokens, of prompt and of output alike. */
  public static ModelSpec.Builder priced(String name, double price, double quality) {
    return Requests.model(name)
        .setInputPricePerMillion(price)
        .setOutputPricePerMillion(price)
        .setQuality(quality);
  }

  public static ModelVariant variant(String name, int weight, String state) {
    return ModelVariant.newBuilder().setName(name).setWeight(weight).setState(state).build();
  }

  /** A target that serves with four free places. */
  public static FleetReport.Builder report(String target) {
    Target parsed = Target.parse(target);
    return FleetReport.newBuilder()
        .setPartition(0)
        .setModel(parsed.model())
        .setVariant(parsed.variant())
        .setHealth(TargetHealth.HEALTHY)
        .setHealthSince(NOW)
        .setWorkers(1)
        .setSlots(4)
        .setLeased(0)
        .setPrefillTokensPerSecond(10_000.0)
        .setDecodeTokensPerSecond(100.0)
        .setStartedAt(NOW)
        .setSentAt(NOW);
  }

  public static FleetReport.Builder unhealthy(String target) {
    return report(target).setHealth(TargetHealth.UNHEALTHY).setReason("its error rate is 0.9");
  }

  /** A target with all places taken and so many requests of 100 + 100 tokens waiting. */
  public static FleetReport.Builder busy(String target, ServiceClass serviceClass, long waiting) {
    return report(target)
        .setLeased(4)
        .setBacklog(
            List.of(
                ClassBacklog.newBuilder()
                    .setServiceClass(serviceClass)
                    .setRequests(waiting)
                    .setPromptTokens(100 * waiting)
                    .setOutputTokens(100 * waiting)
                    .build()));
  }
}
