package io.penstock.schemas.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.topics.TopicCatalog;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplyTopicRuleTest {

  private static final ReplyTopicRule RULE =
      new ReplyTopicRule(TopicNames.DEFAULT, DefaultReplyTopics.STANDARD);

  @Test
  void aTenantMayUseTopicsUnderItsNameAndTheResultsTopic() {
    assertThat(fault("acme", "replies.acme")).isNull();
    assertThat(fault("acme", "replies.acme.web")).isNull();
    assertThat(fault("acme", "penstock.results")).isNull();
    assertThat(fault("my_team", "replies.my__team")).isNull();
    assertThat(fault("acme.eu", "replies.acme_2Eeu.web")).isNull();
  }

  @Test
  void anotherTenantsTopicAndAnyOtherIsRefusedWithTheOnesThatAreAllowed() {
    assertThat(fault("acme", "orders"))
        .contains("replyTopic 'orders'", "'replies.acme', 'replies.acme.*'", "penstock.results");
    assertThat(fault("acme", "replies.other")).contains("tenant 'acme'");
    assertThat(fault("acme", "replies.acmeother")).isNotNull();
    assertThat(fault("a", "replies.a.b")).isNull();
    assertThat(fault("a.b", "replies.a.b")).contains("'replies.a_2Eb'");
  }

  @Test
  void aTenantsNameIsNoPattern() {
    assertThat(fault("*", "replies.acme")).isNotNull();
    assertThat(fault("a*", "replies.acme")).isNotNull();
    assertThat(fault("{tenant}", "replies.{tenant}")).contains("not a topic name");
  }

  @Test
  void topicsOfServicesAreRefusedWhateverTheTenantsPatterns() {
    TenantPolicy all = policy("acme", List.of("*"));
    for (String topic :
        List.of(
            "_schemas",
            "__consumer_offsets",
            "__transaction_state",
            "my-schemas",
            "connect-offsets",
            "connect-configs",
            "connect-status",
            "connect_status",
            "docker-connect-configs",
            "prod.connect.offsets",
            "payments-configs",
            "payments-offsets",
            "kafkasql-journal",
            "mm2-offset-syncs.b.internal",
            "b.checkpoints.internal",
            "heartbeats",
            "app-KSTREAM-AGGREGATE-STATE-STORE-0000000001-changelog",
            "app-store-repartition",
            "app-KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION-0000000006-topic",
            "penstock.requests.interactive",
            "penstock.score-batch-first-decisions-changelog",
            "penstock.registry")) {
      assertThat(RULE.fault("acme", topic, RoutingState.of(List.of(all))))
          .as(topic)
          .hasValueSatisfying(why -> assertThat(why).contains(topic, "is used by"));
    }
    assertThat(RULE.fault("acme", "orders", RoutingState.of(List.of(all)))).isEmpty();
  }

  @Test
  void penstocksOwnTopicsAreRefusedUnderAnyPrefix() {
    RoutingState all = RoutingState.of(List.of(policy("acme", List.of("*"))));
    for (String prefix : List.of("", "p.", "prod-penstock-")) {
      TopicNames names = new TopicNames(prefix);
      ReplyTopicRule rule = new ReplyTopicRule(names, DefaultReplyTopics.STANDARD);
      TopicSettings defaults = TopicSettings.DEFAULT;
      new TopicCatalog(
              new TopicSettings(
                  names,
                  4,
                  2,
                  (short) 1,
                  defaults.maxDeadline(),
                  defaults.resultRetention(),
                  defaults.maxRequestBytes()))
          .topics().stream()
              .filter(topic -> !topic.name().equals(names.results()))
              .forEach(
                  topic ->
                      assertThat(rule.fault("acme", topic.name(), all))
                          .as(topic.name())
                          .isPresent());
    }
  }

  @Test
  void aPolicysPatternsStandInPlaceOfTheDefaultOnes() {
    RoutingState own = RoutingState.of(List.of(policy("acme", List.of("answers-*", "one"))));

    assertThat(RULE.fault("acme", "answers-web", own)).isEmpty();
    assertThat(RULE.fault("acme", "one", own)).isEmpty();
    assertThat(RULE.fault("acme", "replies.acme", own))
        .hasValueSatisfying(why -> assertThat(why).contains("'answers-*', 'one'"));
    assertThat(RULE.fault("other", "answers-web", own)).isPresent();
  }

  @Test
  void anEmptyListClosesReplyTopicsAndAPolicyWithoutOneLeavesTheDefault() {
    assertThat(
            RULE.fault("acme", "replies.acme", RoutingState.of(List.of(policy("acme", List.of())))))
        .hasValueSatisfying(why -> assertThat(why).contains("may use none", "replyTopics"));
    assertThat(RULE.fault("acme", "replies.acme", RoutingState.of(List.of(policy("*", null)))))
        .isEmpty();
  }

  @Test
  void patternsThatWouldMixTenantsAreRefused() {
    assertThatThrownBy(() -> DefaultReplyTopics.of("replies.*"))
        .hasMessageContaining("every tenant's");
    assertThatThrownBy(() -> DefaultReplyTopics.of("replies-{tenant}"))
        .hasMessageContaining("between dots");
    assertThatThrownBy(() -> DefaultReplyTopics.of("*.{tenant}"))
        .hasMessageContaining("no '*' before");
    assertThatThrownBy(() -> DefaultReplyTopics.of("{tenant}.*", "replies.{tenant}"))
        .hasMessageContaining("different places");
    assertThatThrownBy(
            () ->
                new ReplyTopicRule(
                    TopicNames.DEFAULT, DefaultReplyTopics.of("penstock.replies.{tenant}")))
        .hasMessageContaining("Penstock's own");
    assertThatThrownBy(() -> policy("acme", List.of("a b")))
        .hasMessageContaining("replyTopics has the pattern 'a b'");
  }

  @Test
  void aPolicyKeepsItsReplyTopicsInTheLogAndAnEarlierOneReadsWithoutAny() {
    TenantPolicy policy = policy("acme", List.of("answers-*"));

    assertThat(RoutingCodec.read(RoutingKind.TENANT, RoutingCodec.json(policy))).isEqualTo(policy);
    assertThat(RoutingCodec.read(RoutingKind.TENANT, "{\"name\":\"acme\"}"))
        .isEqualTo(policy("acme", null));
  }

  @Property(tries = 2000)
  void noTopicIsAllowedToTwoTenants(
      @ForAll("tenants") String one,
      @ForAll("tenants") String other,
      @ForAll("tails") String tail) {
    for (String topic :
        List.of(
            "replies." + one,
            "replies." + one + "." + tail,
            "replies." + ReplyTopicPattern.segment(one),
            "replies." + ReplyTopicPattern.segment(one) + "." + tail)) {
      if (!one.equals(other) && fault(one, topic) == null) {
        assertThat(fault(other, topic)).as("%s for %s and %s", topic, one, other).isNotNull();
      }
    }
  }

  @Property(tries = 2000)
  void everyTenantHasATopicOfItsOwn(@ForAll("tenants") String tenant) {
    assertThat(fault(tenant, "replies." + ReplyTopicPattern.segment(tenant) + ".answers")).isNull();
  }

  /** Few characters, so that names begin with each other and hold what the encoding uses. */
  @Provide
  Arbitrary<String> tenants() {
    return Arbitraries.strings()
        .withChars('a', 'b', '.', '_', '-', '*', '2', 'E', '5', 'F', 'é', '{', '}')
        .ofMinLength(1)
        .ofMaxLength(6);
  }

  @Provide
  Arbitrary<String> tails() {
    return Arbitraries.strings().withChars('a', 'b', '.', '_', '2', 'E').ofMaxLength(5);
  }

  private static @Nullable String fault(String tenant, String topic) {
    return RULE.fault(tenant, topic, RoutingState.EMPTY).orElse(null);
  }

  private static TenantPolicy policy(String tenant, @Nullable List<String> replyTopics) {
    return new TenantPolicy(
        tenant,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        null,
        null,
        null,
        List.of(),
        replyTopics);
  }
}
