package io.penstock.streams.control.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.TenantPolicy;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplayRuleTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final ModelSpec MODEL =
      ModelSpec.newBuilder()
          .setName("m")
          .setAliases(List.of("alias"))
          .setEndpoints(List.of("/v1/completions"))
          .setContextWindow(100)
          .setMaxOutputTokens(10)
          .setVariants(
              List.of(
                  ModelVariant.newBuilder().setName("v1").build(),
                  ModelVariant.newBuilder().setName("v2").setState("shadow").build()))
          .setUpdatedAt(NOW)
          .build();
  private static final Rollout ROLLOUT =
      new Rollout(
          "m", "v1", "v2", List.of(), null, null, null, null, null, -1, 0, null, null, null, null);

  @ParameterizedTest
  @CsvSource({
    "'', '', true",
    "'', m#v2, false",
    "'', alias, false",
    "'', m, false",
    "'', other, true",
    "m#v1, '', false",
    "m, '', true",
    "alias, '', true",
    "other, '', false"
  })
  void requestersAndTenantsListsOfModelsHold(String allowed, String denied, boolean replayed) {
    List<String> allowedModels = allowed.isEmpty() ? List.of() : List.of(allowed);
    List<String> deniedModels = denied.isEmpty() ? List.of() : List.of(denied);
    RoutingPreferences own =
        RoutingPreferences.newBuilder()
            .setAllowedModels(allowedModels)
            .setDeniedModels(deniedModels)
            .build();
    TenantPolicy policy =
        new TenantPolicy(
            "acme", allowedModels, deniedModels, List.of(), List.of(), null, null, null, List.of());

    assertThat(new ReplayRule(ROLLOUT, MODEL, RoutingState.EMPTY).test(request("m", own)))
        .isEqualTo(replayed);
    assertThat(
            new ReplayRule(ROLLOUT, MODEL, RoutingState.of(List.of(policy)))
                .test(request("m", null)))
        .isEqualTo(replayed);
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', true",
    "'', local, false",
    "'', east, false",
    "'', west, true",
    "local, '', false",
    "east, '', false",
    "local|east, '', true"
  })
  void bothVariantsProvidersMustBeAllowed(String allowed, String denied, boolean replayed) {
    ModelSpec model =
        ModelSpec.newBuilder(MODEL)
            .setVariants(
                List.of(
                    ModelVariant.newBuilder().setName("v1").build(),
                    ModelVariant.newBuilder().setName("v2").setProvider("east").build()))
            .build();
    List<String> allowedProviders =
        allowed.isEmpty() ? List.of() : List.of(allowed.split("\\|", -1));
    List<String> deniedProviders = denied.isEmpty() ? List.of() : List.of(denied);
    RoutingPreferences own =
        RoutingPreferences.newBuilder()
            .setAllowedProviders(allowedProviders)
            .setDeniedProviders(deniedProviders)
            .build();
    TenantPolicy policy =
        new TenantPolicy(
            "acme",
            List.of(),
            List.of(),
            allowedProviders,
            deniedProviders,
            null,
            null,
            null,
            List.of());

    assertThat(new ReplayRule(ROLLOUT, model, RoutingState.EMPTY).test(request("m", own)))
        .isEqualTo(replayed);
    assertThat(
            new ReplayRule(ROLLOUT, model, RoutingState.of(List.of(policy)))
                .test(request("m", null)))
        .isEqualTo(replayed);
  }

  @Test
  void listsHoldForAVariantThatIsGoneToo() {
    ModelSpec model =
        ModelSpec.newBuilder(MODEL).setVariants(List.of()).setProvider("east").build();
    RoutingPreferences named =
        RoutingPreferences.newBuilder().setDeniedModels(List.of("m#v2")).build();
    RoutingPreferences east =
        RoutingPreferences.newBuilder().setAllowedProviders(List.of("east")).build();

    ReplayRule rule = new ReplayRule(ROLLOUT, model, RoutingState.EMPTY);
    assertThat(rule.test(request("m", named))).isFalse();
    assertThat(rule.test(request("m", east))).isTrue();
  }

  @Test
  void requestsOfOtherModelsAreNotReplayed() {
    assertThat(new ReplayRule(ROLLOUT, MODEL, RoutingState.EMPTY).test(request("n", null)))
        .isFalse();
  }

  private static ScoredRequest request(String model, @Nullable RoutingPreferences routing) {
    return ScoredRequest.newBuilder()
        .setId("r")
        .setTenant("acme")
        .setEndpoint("/v1/completions")
        .setRequestedModel(model)
        .setChoice(ModelChoice.newBuilder().setModel(model).setReason("named").build())
        .setServiceClass(ServiceClass.STANDARD)
        .setCreatedAt(NOW)
        .setAcceptedAt(NOW)
        .setScoredAt(NOW)
        .setFirstTokenBy(NOW)
        .setDeadline(NOW)
        .setPromptTokens(1)
        .setPredictedOutputTokens(1)
        .setMaxOutputTokens(1)
        .setRequest(
            InferenceRequest.newBuilder()
                .setId("r")
                .setTenant("acme")
                .setEndpoint("/v1/completions")
                .setModel(model)
                .setBody(ByteBuffer.wrap(new byte[0]))
                .setRouting(routing)
                .build())
        .build();
  }
}
