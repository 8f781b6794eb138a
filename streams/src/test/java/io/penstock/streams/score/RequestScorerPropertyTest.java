package io.penstock.streams.score;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.streams.score.model.RoutingContext;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

class RequestScorerPropertyTest {

  private static final ModelCatalog CATALOG =
      ModelCatalog.of(List.of(Requests.model("talker").build(), Requests.embedder().build()));

  private final RequestScorer scorer = Requests.scorer(Requests.LIMITS);

  @Property(tries = 500)
  void neverThrowsWhateverTheBytes(@ForAll byte[] body, @ForAll("paths") String path) {
    InferenceRequest request = Requests.request(path, "").setBody(ByteBuffer.wrap(body)).build();

    assertThat(score(request)).isNotNull();
  }

  @Property(tries = 1_000)
  void neverThrowsWhateverTheJson(@ForAll("json") String value, @ForAll("paths") String path) {
    String body =
        "{\"messages\":%1$s,\"prompt\":%1$s,\"input\":%1$s,\"max_tokens\":%1$s,\"n\":%1$s}"
            .formatted(value);
    String chat = "{\"messages\":[{\"role\":\"user\",\"content\":" + value + "}]}";

    assertThat(score(Requests.request(path, body).build())).isNotNull();
    assertThat(score(Requests.chat(chat).build())).isNotNull();
  }

  @Property
  void neverThrowsWhateverTheText(
      @ForAll String id, @ForAll String tenant, @ForAll String topic, @ForAll long deadline) {
    InferenceRequest request =
        Requests.chat()
            .setId(id)
            .setTenant(tenant)
            .setReplyTopic(topic)
            .setDeadline(Instant.ofEpochSecond(deadline / 1_000_000, deadline % 1_000_000 * 1_000))
            .build();

    assertThat(score(request)).isNotNull();
  }

  @Property(tries = 300)
  void keepsTimesAndTokensInOrder(
      @ForAll @LongRange(min = 1, max = 700_000_000L) long millis,
      @ForAll @LongRange(min = 1, max = 1_000_000) long maxTokens,
      @ForAll @LongRange(min = 1, max = 8) long n) {
    Instant deadline = Requests.NOW.plusMillis(millis);
    String body =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"max_tokens\":%d,\"n\":%d}"
            .formatted(maxTokens, n);

    switch (score(Requests.chat(body).setDeadline(deadline).build())) {
      case ScoringOutcome.Refused refused ->
          assertThat(deadline).isAfter(Requests.NOW.plus(Requests.LIMITS.maxDeadline()));
      case ScoringOutcome.Scored(ScoredRequest scored, int partition) -> {
        assertThat(scored.getFirstTokenBy()).isBeforeOrEqualTo(scored.getDeadline());
        assertThat(Duration.between(Requests.NOW, scored.getDeadline()))
            .isLessThanOrEqualTo(Requests.LIMITS.maxDeadline());
        assertThat(scored.getMaxOutputTokens()).isBetween(1L, maxTokens * n);
        assertThat(scored.getPredictedOutputTokens()).isBetween(1L, scored.getMaxOutputTokens());
        assertThat(scored.getPromptTokens()).isPositive();
        assertThat(partition).isBetween(0, Requests.SETTINGS.modelPartitions() - 1);
      }
    }
  }

  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.of("/v1/chat/completions", "/v1/completions", "/v1/embeddings");
  }

  @Provide
  Arbitrary<String> json() {
    Arbitrary<String> leaf =
        Arbitraries.oneOf(
            Arbitraries.of("null", "true", "-1", "0", "3.5", "1e999", "99999999999999999999", "{}"),
            Arbitraries.strings().alpha().map(s -> "\"" + s + "\""),
            Arbitraries.of("\"\\ud800\"", "\"\\u0000\"", "\"<|endoftext|>\"", "[]", "[1,2]"));
    return Arbitraries.recursive(
        () -> leaf,
        inner ->
            Arbitraries.oneOf(
                inner.list().ofMaxSize(4).map(l -> "[" + String.join(",", l) + "]"),
                inner.map(v -> "{\"role\":\"user\",\"content\":" + v + "}"),
                inner.map(v -> "{\"type\":\"text\",\"text\":" + v + "}")),
        0,
        4);
  }

  private ScoringOutcome score(InferenceRequest request) {
    return scorer.score(
        Requests.arrival(request), RoutingContext.of(CATALOG, Requests.NOW), Optional.empty());
  }
}
