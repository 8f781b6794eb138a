package io.penstock.streams.control.observation;

import static io.penstock.streams.control.ControlSamples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.Feedback;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FeedbackScoresTest {

  private static Observation observation(String tenant, String id) {
    return new Observation(
        id,
        tenant,
        "m",
        null,
        null,
        null,
        null,
        true,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        NOW);
  }

  private static Feedback feedback(@Nullable String tenant, String id, double score) {
    return Feedback.newBuilder()
        .setRequestId(id)
        .setTenant(tenant)
        .setScore(score)
        .setSource("user")
        .setGivenAt(NOW)
        .build();
  }

  @Test
  void aTenantJudgesItsOwnResultsOnly() {
    FeedbackScores scores = new FeedbackScores(10);
    assertThat(scores.add(feedback("zoo", "one", 0))).isEmpty();
    assertThat(scores.add(observation("acme", "one"))).isEmpty();
    assertThat(scores.add(feedback("zoo", "one", 0))).isEmpty();
    assertThat(scores.add(feedback("acme", "one", 1)).map(Judgement::after)).contains(1.0);
    assertThat(scores.add(feedback(null, "one", 0.5)).map(Judgement::after)).contains(0.5);
  }

  @Test
  void oneIdOfTwoTenantsIsTwoRequests() {
    FeedbackScores scores = new FeedbackScores(10);
    assertThat(scores.add(feedback("zoo", "one", 0.25))).isEmpty();
    assertThat(scores.add(observation("acme", "one"))).isEmpty();
    assertThat(scores.add(observation("zoo", "one")))
        .singleElement()
        .satisfies(
            judgement -> {
              assertThat(judgement.observation().tenant()).isEqualTo("zoo");
              assertThat(judgement.after()).isEqualTo(0.25);
            });
    assertThat(scores.add(feedback("acme", "one", 1)).map(each -> each.observation().tenant()))
        .contains("acme");
    // It names no tenant, and either may be meant.
    assertThat(scores.add(feedback(null, "one", 0))).isEmpty();
    assertThat(scores.add(feedback("zoo", "one", 0.75)).map(Judgement::after)).contains(0.75);
  }

  @Test
  void feedbackWithoutATenantWaitsForTheRequestOfItsId() {
    FeedbackScores scores = new FeedbackScores(10);
    assertThat(scores.add(feedback(null, "one", 0.5))).isEmpty();
    assertThat(scores.add(observation("acme", "two"))).isEmpty();
    assertThat(scores.add(observation("acme", "one"))).hasSize(1);
    assertThat(scores.add(observation("zoo", "one"))).isEmpty();
  }

  @Test
  void whoeverJudgesManyRequestsThatAreNotThereDisplacesItsOwnJudgements() {
    FeedbackScores scores = new FeedbackScores(10);
    assertThat(scores.add(feedback("acme", "one", 0.5))).isEmpty();
    for (int i = 0; i < 100; i++) {
      assertThat(scores.add(feedback("zoo", "none-" + i, 0))).isEmpty();
      assertThat(scores.add(feedback("zoo", "one", 0))).isEmpty();
    }
    assertThat(scores.add(observation("acme", "one"))).hasSize(1);
    assertThat(scores.add(observation("zoo", "none-99"))).hasSize(1);
    assertThat(scores.add(observation("zoo", "none-0"))).isEmpty();
  }

  @Test
  void whereAllResultsComeFirstNothingWaitsForOne() {
    FeedbackScores scores = new FeedbackScores(10, 0);
    assertThat(scores.add(feedback("acme", "one", 0.5))).isEmpty();
    assertThat(scores.add(observation("acme", "one"))).isEmpty();
    assertThat(scores.add(feedback("acme", "one", 0.25)).map(Judgement::after)).contains(0.25);
  }

  @Test
  void theOldestResultIsForgotten() {
    FeedbackScores scores = new FeedbackScores(2);
    for (String tenant : List.of("acme", "zoo", "shop")) {
      assertThat(scores.add(observation(tenant, "one"))).isEmpty();
    }
    assertThat(scores.add(feedback("acme", "one", 1))).isEmpty();
    assertThat(scores.add(observation("shop", "two"))).isEmpty();
    // Of the three only one is left, so it is clear which one is meant.
    assertThat(scores.add(feedback(null, "one", 1)).map(each -> each.observation().tenant()))
        .contains("shop");
  }
}
