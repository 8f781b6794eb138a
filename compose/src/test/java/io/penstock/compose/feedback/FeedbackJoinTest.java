package io.penstock.compose.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.Feedback;
import java.time.Instant;
import java.util.OptionalDouble;
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
    join.prompt("1", "why?");
    join.prompt("2", "why?");
    join.prompt("3", "why?");

    assertThat(join.join("small", "large").outcomes())
        .containsExactly(
            new FeedbackJoin.Outcome("1", "why?", OptionalDouble.of(0.5), OptionalDouble.of(1)));
  }

  @Test
  void theLatestJudgementOfASourceCountsAndSourcesAreAveraged() {
    judge("1", "small", 0.2, "user", 10);
    judge("1", "small", 1, "user", 5);
    judge("1", "small", 0.8, "review", 0);
    join.prompt("1", "why?");

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
}
