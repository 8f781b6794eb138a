package io.penstock.streams.control.observation;

import static io.penstock.streams.control.ControlSamples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.Feedback;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FeedbackScoresTest {

  private static Observation observation() {
    return new Observation(
        "one",
        "acme",
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

  private static Feedback feedback(@Nullable String tenant, double score) {
    return Feedback.newBuilder()
        .setRequestId("one")
        .setTenant(tenant)
        .setScore(score)
        .setSource("user")
        .setGivenAt(NOW)
        .build();
  }

  @Test
  void aTenantJudgesItsOwnResultsOnly() {
    FeedbackScores scores = new FeedbackScores(10);
    assertThat(scores.add(feedback("zoo", 0))).isEmpty();
    assertThat(scores.add(observation())).isEmpty();
    assertThat(scores.add(feedback("zoo", 0))).isEmpty();
    assertThat(scores.add(feedback("acme", 1)).map(Judgement::after)).contains(1.0);
    assertThat(scores.add(feedback(null, 0.5)).map(Judgement::after)).contains(0.5);
  }
}
