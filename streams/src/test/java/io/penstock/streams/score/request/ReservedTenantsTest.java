package io.penstock.streams.score.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.routing.EvaluationIds;
import io.penstock.schemas.routing.EvaluationIds.Asked;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.Rollout.State;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.streams.score.Requests;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReservedTenantsTest {

  private static final Instant SINCE = Requests.NOW;
  private static final Rollout RUNNING = rollout(State.EVALUATING, SINCE);
  private static final String ASKED = EvaluationIds.of(RUNNING, SINCE).id(new Asked(0, true));

  @Test
  void whatARunningRolloutAsksIsLetIn() {
    assertThat(isRefused(EvaluationIds.TENANT, ASKED, "talker#green", RUNNING)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"request-1", "evaluation-", "evaluation-talker-0-0-new", ""})
  void nobodyElseMayUseItsTenant(String id) {
    assertThat(isRefused(EvaluationIds.TENANT, id, "talker#green", RUNNING)).isTrue();
  }

  @Test
  void theIdsOfAnOldRolloutAreRefused() {
    Rollout anew = rollout(State.EVALUATING, SINCE.plusSeconds(60));
    assertThat(isRefused(EvaluationIds.TENANT, ASKED, "talker#green", anew)).isTrue();
    assertThat(
            ReservedTenants.check(
                request(EvaluationIds.TENANT, ASKED, "talker#green"), RoutingState.EMPTY))
        .isPresent();
  }

  @ParameterizedTest
  @EnumSource(value = State.class, mode = EnumSource.Mode.EXCLUDE, names = "EVALUATING")
  void aRolloutThatDoesNotEvaluateAsksNothing(State state) {
    assertThat(isRefused(EvaluationIds.TENANT, ASKED, "talker#green", rollout(state, SINCE)))
        .isTrue();
  }

  @Test
  void anIdAsksItsOwnVariantAndNothingElse() {
    assertThat(isRefused(EvaluationIds.TENANT, ASKED, "talker#blue", RUNNING)).isTrue();
    assertThat(isRefused(EvaluationIds.TENANT, ASKED, "talker", RUNNING)).isTrue();
    assertThat(isRefused(EvaluationIds.TENANT, ASKED, "strong", RUNNING)).isTrue();
    String beyond = EvaluationIds.of(RUNNING, SINCE).id(new Asked(1_000_000, true));
    assertThat(isRefused(EvaluationIds.TENANT, beyond, "talker#green", RUNNING)).isTrue();
  }

  @Test
  void namesLikePenstocksOwnAreReserved() {
    Refusal refusal =
        ReservedTenants.check(request("penstock-team", "a", "talker"), RoutingState.EMPTY)
            .orElseThrow();
    assertThat(refusal.code()).isEqualTo(RefusalCode.INVALID_TENANT);
    assertThat(refusal.message())
        .isEqualTo(
            "tenant is 'penstock-team'; names that begin with 'penstock-' are reserved for"
                + " Penstock's own requests; use another name");
    assertThat(isRefused("penstock", "a", "talker", RUNNING)).isFalse();
    assertThat(isRefused("acme", ASKED, "talker", RUNNING)).isFalse();
  }

  private static boolean isRefused(String tenant, String id, String model, Rollout rollout) {
    return ReservedTenants.check(request(tenant, id, model), RoutingState.of(List.of(rollout)))
        .isPresent();
  }

  private static InferenceRequest request(String tenant, String id, String model) {
    return Requests.chat().setTenant(tenant).setId(id).setModel(model).build();
  }

  private static Rollout rollout(State state, Instant since) {
    return new Rollout(
        "talker", "blue", "green", null, null, null, null, null, state, -1, 0, since, null, null,
        Map.of());
  }
}
