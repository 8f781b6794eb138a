package io.penstock.streams.score.request;

import static io.penstock.streams.score.Requests.NOW;
import static io.penstock.streams.score.Requests.bytes;
import static io.penstock.streams.score.Requests.chat;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ServiceClass;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class FingerprintTest {

  private static final long FIRST = Fingerprint.of(chat().build());

  @Test
  void whatChangesTheAnswerChangesIt() {
    Stream<InferenceRequest.Builder> others =
        Stream.of(
            chat().setEndpoint("/v1/completions"),
            chat().setModel("another"),
            chat().setBody(bytes("{}")),
            chat().setBody(bytes("")),
            chat().setAttributes(Map.of("task", "code")),
            chat().setAttributes(Map.of("tas", "kcode")),
            routed(RoutingPreferences.newBuilder().setModels(List.of("a", "b"))),
            routed(RoutingPreferences.newBuilder().setModels(List.of("ab"))),
            routed(RoutingPreferences.newBuilder().setModels(List.of("b", "a"))),
            routed(RoutingPreferences.newBuilder().setSort("price")),
            routed(RoutingPreferences.newBuilder().setMaxPrice(1.0)),
            routed(RoutingPreferences.newBuilder().setMinQuality(1.0)),
            routed(RoutingPreferences.newBuilder().setMaxWaitMillis(1L)),
            routed(RoutingPreferences.newBuilder().setAllowedModels(List.of("a"))),
            routed(RoutingPreferences.newBuilder().setDeniedModels(List.of("a"))),
            routed(RoutingPreferences.newBuilder().setAllowedProviders(List.of("a"))),
            routed(RoutingPreferences.newBuilder().setDeniedProviders(List.of("a"))),
            routed(RoutingPreferences.newBuilder().setAllowFallbacks(true)),
            routed(RoutingPreferences.newBuilder().setAllowFallbacks(false)),
            routed(RoutingPreferences.newBuilder().setAllowShorterOutput(true)));
    List<Long> all = others.map(each -> Fingerprint.of(each.build())).toList();

    assertThat(all).doesNotHaveDuplicates().doesNotContain(FIRST);
  }

  @Test
  void whatDiffersWhenARequestIsSentAgainDoesNot() {
    assertThat(
            Stream.of(
                    chat().setId("another"),
                    chat().setTenant("another"),
                    chat().setDeadline(NOW),
                    chat().setCreatedAt(NOW),
                    chat().setServiceClass(ServiceClass.BATCH),
                    chat().setReplyTopic("there"),
                    chat().setReplyKey("home"),
                    chat().setStream(true),
                    chat().setWebhook("*"),
                    chat().setBatchId("batch"),
                    chat().setCustomId("line 7"),
                    routed(RoutingPreferences.newBuilder()))
                .map(each -> Fingerprint.of(each.build())))
        .containsOnly(FIRST);
  }

  /** A new field is either part of what a request asks for, or one that may be corrected. */
  @Test
  void everyFieldIsEitherHashedOrLeftOut() {
    Set<String> hashed = Set.of("endpoint", "model", "body", "routing", "attributes");
    Set<String> keptUnder = Set.of("id", "tenant");
    Set<String> others = new HashSet<>(hashed);
    others.addAll(keptUnder);

    assertThat(
            InferenceRequest.getClassSchema().getFields().stream()
                .map(Schema.Field::name)
                .filter(name -> Fingerprint.ofLeftOut(chat().build(), name) == null))
        .containsExactlyInAnyOrderElementsOf(others);
  }

  @Test
  void itIsTheSameInEveryVersionSinceItIsStored() {
    assertThat(FIRST).isEqualTo(FIRST_EVER);
  }

  /** Changes only together with a way to tell old fingerprints from new ones. */
  private static final long FIRST_EVER = -1805167147344399690L;

  @Test
  void readingItLeavesTheBodyAsItWas() {
    ByteBuffer body = ByteBuffer.wrap("{}".getBytes(StandardCharsets.UTF_8));
    Fingerprint.of(chat().setBody(body).build());

    assertThat(body.remaining()).isEqualTo(2);
  }

  private static InferenceRequest.Builder routed(RoutingPreferences.Builder routing) {
    return chat().setRouting(routing.build());
  }
}
