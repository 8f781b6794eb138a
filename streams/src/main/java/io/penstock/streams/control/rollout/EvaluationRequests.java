package io.penstock.streams.control.rollout;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.EvaluationIds;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.Rollout.Evaluation;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.control.observation.Observation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the requests that both variants are asked in shadow. */
public final class EvaluationRequests {

  private EvaluationRequests() {}

  /** The questions stored with the rollout; empty: requests of the log are to be replayed. */
  public static List<EvaluationItem> stored(Evaluation evaluation) {
    return evaluation.items().stream()
        .map(
            item ->
                new EvaluationItem(
                    item.endpoint(),
                    ByteBuffer.wrap(item.body().getBytes(StandardCharsets.UTF_8)),
                    Optional.empty()))
        .toList();
  }

  /**
   * A request to each variant for each item, at batch priority. Each names its variant, and none
   * may be served by another.
   *
   * @param since when the evaluation began
   */
  public static List<InferenceRequest> of(
      Rollout rollout, List<EvaluationItem> items, Instant since, Instant now) {
    Evaluation evaluation = rollout.evaluation();
    if (evaluation == null) {
      return List.of();
    }
    EvaluationIds ids = EvaluationIds.of(rollout, since);
    List<InferenceRequest> requests = new ArrayList<>();
    for (int index = 0; index < items.size(); index++) {
      for (boolean ofNew : new boolean[] {false, true}) {
        String variant = ofNew ? rollout.to() : rollout.from();
        requests.add(
            InferenceRequest.newBuilder()
                .setId(ids.id(new EvaluationIds.Asked(index, ofNew)))
                .setTenant(Observation.EVALUATION_TENANT)
                .setEndpoint(items.get(index).endpoint())
                .setModel(new Target(rollout.name(), variant).toString())
                .setBody(items.get(index).body().duplicate())
                .setServiceClass(ServiceClass.BATCH)
                .setDeadline(now.plusSeconds(evaluation.timeoutSeconds()))
                .setRouting(constraints(items.get(index)))
                .setCreatedAt(now)
                .build());
      }
    }
    return requests;
  }

  /** Whose prompt it was said who may see it; and no fallback may answer in the variant's name. */
  private static RoutingPreferences constraints(EvaluationItem item) {
    RoutingPreferences.Builder constraints =
        RoutingPreferences.newBuilder().setAllowFallbacks(false);
    item.routing()
        .ifPresent(
            original ->
                constraints
                    .setAllowedProviders(original.getAllowedProviders())
                    .setDeniedProviders(original.getDeniedProviders()));
    return constraints.build();
  }
}
