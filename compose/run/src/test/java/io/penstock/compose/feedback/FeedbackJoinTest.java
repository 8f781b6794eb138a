package io.penstock.compose.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.penstock.schemas.Feedback;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import java.time.Instant;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FeedbackJoinTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private final FeedbackJoin join = new FeedbackJoin();

  private void judge(String id, String model, double score, String source, int seconds) {
    join.add(
        Feedback.newBuilder()
            .setRequestId(id)
            .setModel(model)
            .setScore(score)
            .setSource(source)
            .setGivenAt(NOW.plusSeconds(seconds))
            .build());
  }

  @Test
  void aPromptThatBothModelsAnsweredGivesOneRow() {
    judge("1", "small", 0, "user", 0);
    judge("2", "large", 1, "user", 0);
    judge("3", "small", 1, "user", 0);
    join.prompt("acme", "1", "why?");
    join.prompt("acme", "2", "why?");
    join.prompt("acme", "3", "why?");

    assertThat(join.join("small", "large").outcomes())
        .containsExactly(
            new FeedbackJoin.Outcome("1", "why?", OptionalDouble.of(0.5), OptionalDouble.of(1)));
  }

  @Test
  void theLatestJudgementOfASourceCountsAndSourcesAreAveraged() {
    judge("1", "small", 0.2, "user", 10);
    judge("1", "small", 1, "user", 5);
    judge("1", "small", 0.8, "review", 0);
    join.prompt("acme", "1", "why?");

    assertThat(join.join("small", "large").outcomes())
        .containsExactly(
            new FeedbackJoin.Outcome("1", "why?", OptionalDouble.of(0.5), OptionalDouble.empty()));
  }

  @Test
  void whatCannotBeJoinedIsCounted() {
    judge("gone", "small", 1, "user", 0);
    judge("other", "medium", 1, "user", 0);
    judge("unknown", null, 1, "user", 0);
    judge("absurd", "small", 7, "user", 0);

    FeedbackJoin.Joined joined = join.join("small", "large");

    assertThat(joined.outcomes()).isEmpty();
    assertThat(joined.withoutPrompt()).isEqualTo(1);
    assertThat(joined.otherModels()).isEqualTo(2);
    assertThat(join.wanted()).containsExactlyInAnyOrder("gone", "other", "unknown");
  }

  @Test
  void aJudgementIsOfItsTenantsRequestAndNotOfAnothersWithThatId() {
    join.add(judgement("1", "acme", 0));
    join.add(judgement("1", "zoo", 1));
    join.add(result("1", "acme").build());
    join.add(result("1", "zoo").build());
    join.prompt("acme", "1", "acme's");
    join.prompt("zoo", "1", "the zoo's");

    assertThat(join.join("small", "large").outcomes())
        .extracting(FeedbackJoin.Outcome::prompt, FeedbackJoin.Outcome::cheap)
        .containsExactly(
            tuple("acme's", OptionalDouble.of(0)), tuple("the zoo's", OptionalDouble.of(1)));
  }

  @Test
  void aJudgementWithoutTenantOfAnIdThatSeveralHaveIsLeftOutAndCounted() {
    join.add(judgement("1", null, 0));
    join.add(judgement("2", null, 1));
    join.add(result("1", "acme").build());
    join.add(result("1", "zoo").build());
    join.add(result("2", "zoo").build());
    join.prompt("zoo", "2", "why?");

    FeedbackJoin.Joined joined = join.join("small", "large");

    assertThat(joined.severalTenants()).isEqualTo(1);
    assertThat(joined.outcomes()).extracting(FeedbackJoin.Outcome::prompt).containsExactly("why?");
  }

  @Test
  void whatRepeatsAnIdIsNeitherTheAnswerNorThePromptThatWasJudged() {
    join.add(judgement("1", "acme", 1));
    join.add(result("1", "acme").build());
    join.prompt("acme", "1", "the first");
    join.add(result("1", "acme").setChoice(null).setRepetition(Repetition.CONFLICT).build());
    join.prompt("acme", "1", "the conflicting");

    assertThat(join.join("small", "large").outcomes())
        .extracting(FeedbackJoin.Outcome::prompt)
        .containsExactly("the first");
  }

  private static Feedback judgement(String id, @Nullable String tenant, double score) {
    return Feedback.newBuilder()
        .setRequestId(id)
        .setTenant(tenant)
        .setScore(score)
        .setSource("user")
        .setGivenAt(NOW)
        .build();
  }

  private static InferenceResult.Builder result(String id, String tenant) {
    return InferenceResult.newBuilder()
        .setId(id)
        .setTenant(tenant)
        .setEndpoint("/v1/chat/completions")
        .setStatus(TerminalStatus.SUCCEEDED)
        .setStatusCode(200)
        .setServiceClass(ServiceClass.STANDARD)
        .setRequestedModel("small")
        .setChoice(ModelChoice.newBuilder().setModel("small").setReason("named").build())
        .setAttempts(1)
        .setAcceptedAt(NOW)
        .setFinishedAt(NOW);
  }
}
