package io.penstock.compose.bench.protocol;

import io.penstock.compose.bench.sim.VirtualClock;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes requests as score would write them, and says which shard has which model. */
final class Requests {

  static final String ENDPOINT = "/v1/completions";
  static final ScoredRequest PAYLOAD = payload();

  /** Model {@code m} is at home in shard 0, {@code n} in shard 1. */
  private static final List<String> MODELS = List.of("m", "n");

  private static final int PROMPT = 100;
  private static final int OUTPUT = 50;
  private static final int MOST_OUTPUT = 200;

  private Requests() {}

  static int shardOf(String model) {
    return MODELS.indexOf(model);
  }

  static String model(int shard) {
    return MODELS.get(shard);
  }

  /** The facts of a request for a shard's model, which may be moved to the other's or a variant. */
  static ScoredFacts facts(
      String id,
      String tenant,
      int shard,
      boolean movable,
      ServiceClass serviceClass,
      Instant accepted,
      Instant deadline,
      @Nullable String batchId,
      @Nullable String customId) {
    Duration time = Duration.between(accepted, deadline);
    return ScoredFacts.newBuilder()
        .setId(id)
        .setTenant(tenant)
        .setEndpoint(ENDPOINT)
        .setRequestedModel(model(shard))
        .setChoice(ModelChoice.newBuilder().setModel(model(shard)).setReason("named").build())
        .setServiceClass(serviceClass)
        .setCreatedAt(accepted)
        .setAcceptedAt(accepted)
        .setScoredAt(accepted)
        .setFirstTokenBy(accepted.plus(time.dividedBy(4)))
        .setDeadline(deadline)
        .setPromptTokens(PROMPT)
        .setPredictedOutputTokens(OUTPUT)
        .setMaxOutputTokens(MOST_OUTPUT)
        .setFingerprint(1L)
        .setBatchId(batchId)
        .setCustomId(customId)
        .setReplyKey(batchId)
        .setAlternatives(movable ? alternatives(shard) : List.of())
        .build();
  }

  private static List<ModelAlternative> alternatives(int shard) {
    int other = (shard + 1) % Cluster.SHARDS;
    List<ModelAlternative> all = new ArrayList<>();
    all.add(alternative(model(other), null, other));
    all.add(alternative(model(shard), "blue", shard));
    all.add(alternative(model(other), "green", other));
    return all;
  }

  private static ModelAlternative alternative(
      String model, @Nullable String variant, int partition) {
    return ModelAlternative.newBuilder()
        .setModel(model)
        .setVariant(variant)
        .setPartition(partition)
        .setPromptTokens(PROMPT)
        .setPredictedOutputTokens(OUTPUT)
        .setMaxOutputTokens(MOST_OUTPUT)
        .setInputPricePerMillion(1.0)
        .setOutputPricePerMillion(1.0)
        .setScore(0)
        .build();
  }

  /** Engines of a simulation look at none of it. */
  private static ScoredRequest payload() {
    Instant never = VirtualClock.instant(0);
    return ScoredRequest.newBuilder()
        .setId("any")
        .setTenant("any")
        .setEndpoint(ENDPOINT)
        .setRequestedModel("any")
        .setChoice(ModelChoice.newBuilder().setModel("any").setReason("").build())
        .setServiceClass(ServiceClass.STANDARD)
        .setCreatedAt(never)
        .setAcceptedAt(never)
        .setScoredAt(never)
        .setFirstTokenBy(never)
        .setDeadline(never)
        .setPromptTokens(PROMPT)
        .setPredictedOutputTokens(OUTPUT)
        .setMaxOutputTokens(MOST_OUTPUT)
        .setRequest(
            InferenceRequest.newBuilder()
                .setId("any")
                .setTenant("any")
                .setEndpoint(ENDPOINT)
                .setModel("any")
                .setBody(ByteBuffer.allocate(0))
                .build())
        .build();
  }
}
