package io.penstock.streams.score;

import static io.penstock.streams.score.Requests.LIMITS;
import static io.penstock.streams.score.Requests.NOW;
import static io.penstock.streams.score.Requests.SETTINGS;
import static io.penstock.streams.score.Requests.arrival;
import static io.penstock.streams.score.Requests.chat;
import static io.penstock.streams.score.Requests.embedder;
import static io.penstock.streams.score.Requests.model;
import static io.penstock.streams.score.Requests.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.topics.ModelPartitions;
import io.penstock.streams.score.identity.FirstDecision;
import io.penstock.streams.score.identity.Origin;
import io.penstock.streams.score.model.RoutingContext;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RequestScorerTest {

  private static final Origin ORIGIN = new Origin(ServiceClass.BATCH, 1, 1L << 40);

  private final RequestScorer scorer = Requests.scorer(LIMITS);

  @Test
  void takesThePartitionOfTheModel() {
    ScoringOutcome.Scored scored = scored(chat().build(), model("talker").build());

    assertThat(scored.partition())
        .isEqualTo(ModelPartitions.of("talker", SETTINGS.modelPartitions()));
  }

  @Test
  void followsTheFirstRequestWithTheSameIdEvenToAnotherPartition() {
    int other = (ModelPartitions.of("talker", SETTINGS.modelPartitions()) + 1) % 4;
    FirstDecision.Placed first =
        new FirstDecision.Placed(7L, null, "talker", Optional.of("green"), other);

    ScoringOutcome outcome =
        scorer.score(
            arrival(chat().setModel("rival").build()),
            RoutingContext.of(
                ModelCatalog.of(List.of(model("talker").build(), model("rival").build())), NOW),
            Optional.of(first));

    ScoringOutcome.Scored scored = assertInstanceOf(ScoringOutcome.Scored.class, outcome);
    assertThat(scored.partition()).isEqualTo(other);
    assertThat(scored.request().getChoice().getModel()).isEqualTo("talker");
    assertThat(scored.request().getChoice().getVariant()).contains("green");
  }

  @Test
  void reservesNoOutputForEmbeddings() {
    ScoredRequest scored =
        scored(
                request("/v1/embeddings", "{\"input\":[\"one\",\"two\"]}")
                    .setModel("embedder")
                    .build(),
                embedder().build())
            .request();

    assertThat(scored.getPromptTokens()).isEqualTo(2);
    assertThat(scored.getPredictedOutputTokens()).isZero();
    assertThat(scored.getMaxOutputTokens()).isZero();
    assertThat(scored.getPrefixHash()).isEmpty();
  }

  @Test
  void givesEqualPrefixesEqualHashesAndShortPromptsNone() {
    String system = "You are careful. ".repeat(80);

    Optional<Long> one = prefixHash(system + "A");
    Optional<Long> two = prefixHash(system + "B");

    assertThat(one).isPresent().isEqualTo(two);
    assertThat(prefixHash("X" + system)).isPresent().isNotEqualTo(one);
    assertThat(prefixHash("short")).isEmpty();
  }

  @Test
  void createdNoLaterThanAccepted() {
    ScoredRequest scored =
        scored(chat().setCreatedAt(NOW.plusSeconds(30)).build(), model("talker").build()).request();

    assertThat(scored.getCreatedAt()).isEqualTo(NOW);
  }

  @Test
  void firstDecisionsSurviveTheirBytes() {
    for (FirstDecision decision :
        List.of(
            new FirstDecision.Refused(
                -1L,
                null,
                ORIGIN,
                NOW,
                Optional.of("a reply key"),
                new Refusal(RefusalCode.INVALID_JSON, "body", "the first line\nand the second")),
            new FirstDecision.Refused(
                1L,
                Long.MIN_VALUE,
                ORIGIN,
                NOW,
                Optional.empty(),
                new Refusal(RefusalCode.INVALID_REPLY_TOPIC, "replyTopic", "a=b")),
            new FirstDecision.Refused(
                null,
                null,
                null,
                NOW,
                Optional.empty(),
                new Refusal(RefusalCode.OVERLOADED, null, "later")),
            new FirstDecision.Placed(Long.MIN_VALUE, ORIGIN, "m", Optional.empty(), 3),
            new FirstDecision.Placed(null, null, "m", Optional.of("v"), 0))) {
      byte[] bytes = FirstDecision.serde().serializer().serialize("", decision);

      assertThat(FirstDecision.serde().deserializer().deserialize("", bytes)).isEqualTo(decision);
    }
  }

  @Test
  void sendsToTheGivenPartitionOrLeavesItToTheKey() {
    Outgoing placed = new Outgoing("t", Optional.of(3), new byte[0]);

    assertThat(Outgoing.partitioner().partitions("t", "k", placed, 4)).contains(Set.of(3));
    assertThat(Outgoing.partitioner().partitions("t", "k", Outgoing.byKey("t", new byte[0]), 4))
        .isEmpty();
  }

  private Optional<Long> prefixHash(String text) {
    String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}".formatted(text);
    return scored(chat(body).build(), model("talker").build()).request().getPrefixHash();
  }

  private ScoringOutcome.Scored scored(InferenceRequest request, ModelSpec... models) {
    return assertInstanceOf(
        ScoringOutcome.Scored.class,
        scorer.score(
            arrival(request),
            RoutingContext.of(ModelCatalog.of(List.of(models)), NOW),
            Optional.empty()));
  }
}
