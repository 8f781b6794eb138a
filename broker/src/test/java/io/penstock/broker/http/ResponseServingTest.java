package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.http.HttpRequest;
import io.penstock.broker.BrokerSamples;
import io.penstock.broker.connections.AnswerBudget;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.MemoryHome;
import io.penstock.broker.home.OneHome;
import io.penstock.broker.home.RequestGateway;
import io.penstock.broker.home.SilentGateway;
import io.penstock.broker.limits.Limiter;
import io.penstock.broker.requests.RecentRequests;
import io.penstock.broker.requests.Watches;
import io.penstock.broker.responses.ResponseRegistry;
import io.penstock.broker.responses.ResponseRequest;
import io.penstock.broker.responses.ResponseRequestReader;
import io.penstock.broker.responses.StoredResponse;
import io.penstock.broker.settings.ConnectionSettings;
import io.penstock.broker.settings.ResponseSettings;
import io.penstock.broker.settings.WaitSettings;
import io.penstock.broker.submission.AcceptedRequests;
import io.penstock.broker.submission.Admissions;
import io.penstock.broker.submission.IdempotencyKeys;
import io.penstock.broker.submission.Submissions;
import io.penstock.broker.submission.Submitted;
import io.penstock.schemas.ChunkKind;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenChunk;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.ModelCatalog;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

class ResponseServingTest {

  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
  private static final Duration DAY = Duration.ofDays(1);
  private static final String ID = "resp_1";
  private static final InferenceResult ANSWER =
      BrokerSamples.result(ID, TerminalStatus.SUCCEEDED).build();

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final OneHome homes = new OneHome();
  private final Watches watches = new Watches(10);
  private final RecentRequests recent = new RecentRequests(10);
  private final ResponseRegistry registry =
      new ResponseRegistry(homes, ResponseSettings.DEFAULT, DAY);
  private final Cancellations cancellations = new Cancellations(new SilentGateway());
  private Optional<InferenceResult> kept = Optional.of(ANSWER);
  private final ResponseServing responses = responses(1_000);

  ResponseServingTest() {
    registry.taken(new MemoryHome().taken());
    recent.open(0, false);
  }

  @AfterEach
  void stop() {
    cancellations.close();
    timer.shutdownNow();
  }

  @Test
  void aRepeatedCallLeavesTheStoredResponseAsItIs() throws Exception {
    StoredResponse first = stored("{'model':'m','input':'Hi'}");
    registry.result(BrokerSamples.record(ANSWER));

    ResponseServing.Creation again =
        responses.creation("default", asked("{'model':'m','input':'Hi','stream':true}"));
    again.write(ID).join();

    StoredResponse now = registry.find("default", ID, NOW).orElseThrow();
    assertThat(now.end()).isPresent();
    assertThat(now.streamed()).isEqualTo(first.streamed());
    assertThat(again.of(submitted())).isEqualTo(now);
    assertThat(again.isRepeated(submitted())).isTrue();
    assertThat(responses.result(now)).contains(ANSWER);
  }

  @Test
  void aResponseWhoseRequestWasNotSentIsNotKeptUnlessAnEarlierCallStoredIt() {
    ResponseServing.Creation creation =
        responses.creation("default", asked("{'model':'m','input':'Hi'}"));
    creation.write(ID).join();
    creation.undo(ID);
    assertThat(registry.find("default", ID, NOW)).isEmpty();

    stored("{'model':'m','input':'Hi'}");
    ResponseServing.Creation again =
        responses.creation("default", asked("{'model':'m','input':'Hi'}"));
    again.write(ID).join();
    again.undo(ID);
    assertThat(registry.find("default", ID, NOW)).isPresent();
  }

  @Test
  void theAnswerToARepetitionIsTheFirstOneOrSaysWhyThereIsNone() throws Exception {
    StoredResponse response = stored("{'model':'m','input':'Hi'}");
    assertThat(responses.settled(response, ANSWER)).isSameAs(ANSWER);
    assertRefused(response, Repetition.CONFLICT, 409);
    assertRefused(response, Repetition.SAME, 410);

    registry.result(BrokerSamples.record(ANSWER));
    StoredResponse ended = registry.find("default", ID, NOW).orElseThrow();
    assertThat(responses.settled(ended, repeating(Repetition.SAME))).isSameAs(ANSWER);
    kept = Optional.empty();
    assertRefused(ended, Repetition.SAME, 410);
  }

  /** Nothing is read any more for those who begin to watch after the home has moved. */
  @Test
  void aStreamDoesNotBeginWhereTheHomeHasJustMoved() {
    StoredResponse response = stored("{'model':'m','input':'Hi','stream':true}");
    homes.become(Homes.State.ELSEWHERE);

    assertThatThrownBy(() -> replay(response)).isInstanceOf(HomeLostException.class);

    assertThat(watches.count()).isZero();
  }

  @Test
  void whatATenantsStreamsReadAgainIsBoundedTogether() throws Exception {
    StoredResponse response = stored("{'model':'m','input':'Hi','stream':true}");
    Slow slow = new Slow();
    replay(response).subscribe(slow);

    assertThatThrownBy(() -> replay(response))
        .isInstanceOfSatisfying(
            ApiException.class,
            refused -> {
              assertThat(refused.error().status()).isEqualTo(429);
              assertThat(refused.error().headers()).containsKey("retry-after");
            });
    assertThat(watches.count()).isEqualTo(1);

    slow.cancel();
    assertThat(watches.count()).isZero();
    // Whoever has read what there was, and waits for more, takes no more of it.
    var reading = replay(response).subscribe();
    var waiting = replay(response).subscribe();
    assertThat(watches.count()).isEqualTo(2);
    reading.dispose();
    waiting.dispose();
    assertThat(watches.count()).isZero();
  }

  private void assertRefused(StoredResponse response, Repetition repetition, int status) {
    assertThatThrownBy(() -> responses.settled(response, repeating(repetition)))
        .isInstanceOfSatisfying(
            ApiException.class, refused -> assertThat(refused.error().status()).isEqualTo(status));
  }

  private Flux<byte[]> replay(StoredResponse response) throws InterruptedException {
    ResponseFeed feed =
        new ResponseFeed(
            timer, ConnectionSettings.DEFAULT, new AnswerBudget(1 << 20).open("default"));
    feed.hold(watches.watch("default", ID, 0, feed)::close);
    try {
      return responses.replay(
          HttpRequest.GET("/"), response, OptionalLong.empty(), feed, Optional.empty());
    } catch (RuntimeException refused) {
      feed.gone();
      throw refused;
    }
  }

  private StoredResponse stored(String body) {
    responses.creation("default", asked(body)).write(ID).join();
    return registry.find("default", ID, NOW).orElseThrow();
  }

  private Submitted submitted() {
    RecentRequests.Noted noted =
        recent.submitted(0, "default", ID, ServiceClass.STANDARD, "m", Optional.empty(), NOW);
    return new Submitted(
        ID,
        ServiceClass.STANDARD,
        true,
        watches.watch("default", ID, 0, _ -> {}),
        Optional.empty(),
        noted.now(),
        Map.of());
  }

  private static InferenceResult repeating(Repetition repetition) {
    return InferenceResult.newBuilder(ANSWER).setRepetition(repetition).build();
  }

  private static ResponseRequest asked(String body) {
    return ResponseRequestReader.read(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  /** One chunk of 900 bytes and more. */
  private static List<TokenChunk> chunks() {
    String json =
        "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}".formatted("x".repeat(900));
    return List.of(
        TokenChunk.newBuilder()
            .setId(ID)
            .setTenant("default")
            .setAttempt(1)
            .setSequence(0)
            .setKind(ChunkKind.DELTA)
            .setData(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)))
            .setCreatedAt(NOW)
            .build());
  }

  private ResponseServing responses(long replayedBytes) {
    InstantSource clock = InstantSource.fixed(NOW);
    RequestGateway gateway = new SilentGateway();
    Submissions submissions =
        new Submissions(
            homes,
            gateway,
            watches,
            recent,
            new Limiter(() -> 1),
            new Admissions(),
            new IdempotencyKeys(homes),
            () -> ModelCatalog.EMPTY,
            () -> FleetView.EMPTY,
            DAY,
            clock);
    Serving serving =
        new Serving(
            submissions,
            gateway,
            cancellations,
            watches,
            recent,
            new AcceptedRequests(homes, recent, DAY, 10),
            _ -> kept,
            WaitSettings.DEFAULT,
            ConnectionSettings.DEFAULT,
            new AnswerBudget(1 << 20),
            timer);
    return new ResponseServing(
        serving, homes, registry, (_, _, _, _) -> chunks(), replayedBytes, clock);
  }

  /** Reads one event and then no more. */
  private static final class Slow extends BaseSubscriber<byte[]> {

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      request(1);
    }
  }
}
