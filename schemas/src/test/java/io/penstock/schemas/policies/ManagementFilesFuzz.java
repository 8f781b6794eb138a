package io.penstock.schemas.policies;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.Samples;
import io.penstock.schemas.fuzz.FuzzedJson;
import io.penstock.schemas.models.ModelFile;
import io.penstock.schemas.registry.RulesBrokenException;
import io.penstock.schemas.routing.RoutingDocument;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Files of models, policies, rollouts and experiments. Each is read, and reads the same when it was
 * written again, or is refused for a reason that is given in words.
 */
public final class ManagementFilesFuzz {

  private static final int PARTITIONS = 4;
  private static final int LONGEST_MESSAGE = 100_000;

  private static final String MODELS =
      """
      {"models":[{"name":"m","aliases":["a"],"endpoints":["/v1/chat/completions"],
       "contextWindow":4096,"maxOutputTokens":1024,"partitions":[0],"fallbacks":["b"],
       "qualityScore":0.5,"inputPricePerMillion":1.5,"tokenizer":"o200k_base",
       "variants":[{"name":"v","provider":"p","weight":1,"state":"ACTIVE"}]}]}\
      """;

  private static final String ROUTING =
      """
      {"tenants":[{"name":"acme","allowedModels":["m"],"goal":{"strongShare":0.8},"sort":"price",
        "budgets":[{"period":"day","soft":1.0,"hard":10.0}],"replyTopics":["replies.acme.*"]}],
       "aliases":[{"name":"smart","models":["m"],"minQuality":0.1,"deferBatch":true}],
       "ladders":[{"name":"m","rungs":[{"action":"cap_output","of":"BATCH","enterAbove":0.5,
        "leaveBelow":0.4,"enterSeconds":5,"leaveSeconds":5,"outputTokens":10}]}]}\
      """;

  private static final String ROLLOUT =
      """
      {"model":"m","from":"blue","to":"green","steps":[5,{"percent":25,"minSeconds":1}],
       "gates":{"maxErrorRate":0.1,"minSample":5},"warm":{"minWorkers":1,"timeoutSeconds":5},
       "evaluation":{"items":[{"endpoint":"/v1/embeddings","body":"{}","expected":"x"}],
        "minScore":0.5},"onBreach":"pause"}\
      """;

  private static final String EXPERIMENT =
      """
      {"name":"e","subject":"m","arms":[{"name":"a","target":"m@blue","weight":1},
       {"name":"b","target":"m@green","weight":1}],"unit":"tenant","metric":"feedback",
       "confidence":0.95,"minPerArm":10,"guardrails":{"maxCostRatio":2.0}}\
      """;

  private ManagementFilesFuzz() {}

  /** One input of the fuzzer. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    int kind = data.consumeInt(0, 3);
    boolean raw = data.consumeInt(0, 3) == 0;
    String good = List.of(MODELS, ROUTING, ROLLOUT, EXPERIMENT).get(kind);
    String text =
        raw
            ? new String(data.consumeRemainingAsBytes(), StandardCharsets.UTF_8)
            : FuzzedJson.like(good, data);
    try {
      switch (kind) {
        case 0 -> models(text, data.consumeBoolean() ? "m.yaml" : "m.json");
        case 1 -> routing(text);
        case 2 -> {
          var rollout = RolloutFile.parse(text);
          assertThat(RolloutFile.parse(RolloutFile.json(rollout))).isEqualTo(rollout);
        }
        default -> {
          var experiment = ExperimentFile.parse(text);
          assertThat(ExperimentFile.parse(ExperimentFile.json(experiment))).isEqualTo(experiment);
        }
      }
    } catch (RulesBrokenException | IllegalArgumentException refused) {
      assertThat(refused.getMessage())
          .isNotBlank()
          .doesNotContain("null:", ": null")
          .isNotEqualTo("null")
          .hasSizeLessThan(LONGEST_MESSAGE);
    }
  }

  private static void models(String text, String name) {
    List<ModelSpec> models = ModelFile.parse(name, text, PARTITIONS, Samples.NOW);
    assertThat(ModelFile.parse("again.json", ModelFile.json(models), PARTITIONS, Samples.NOW))
        .isEqualTo(models);
  }

  private static void routing(String text) {
    List<RoutingDocument> documents = RoutingFile.parse("r.yaml", text);
    assertThat(RoutingFile.parse("again.json", RoutingFile.json(documents)))
        .containsExactlyInAnyOrderElementsOf(documents);
  }
}
