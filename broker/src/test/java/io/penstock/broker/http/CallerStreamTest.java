package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.http.HttpRequest;
import io.penstock.broker.BrokerSamples;
import io.penstock.broker.connections.AnswerBudget;
import io.penstock.broker.connections.TenantShares.Taking;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.requests.KnownRequest;
import io.penstock.broker.requests.RecentRequests;
import io.penstock.broker.responses.ResponseRequestReader;
import io.penstock.broker.responses.ResponseStream;
import io.penstock.broker.responses.StoredResponse;
import io.penstock.broker.settings.ConnectionSettings;
import io.penstock.schemas.ChunkKind;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenChunk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/** Whatever happens to a stream, in whatever order: it gives back once what it holds. */
class CallerStreamTest {

  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
  private static final String ID = "resp_1";
  private static final Duration MOST = Duration.ofSeconds(30);

  /** Streams of few chunks, so that slow callers are found out. */
  private static final ConnectionSettings CONNECTIONS = small(ConnectionSettings.DEFAULT);

  private enum Kind {
    ANSWER,
    RESPONSE,
    REPLAYED_RESPONSE,
    STATUS
  }

  private enum Happening {
    CHUNK,
    RESULT,
    STATE,
    STOPPING,
    BEGIN,
    SUBSCRIBE,
    READ,
    CANCEL,
    GONE,
    TIME
  }

  private static ConnectionSettings small(ConnectionSettings usual) {
    return new ConnectionSettings(
        usual.maxHeaderBytes(),
        usual.idle(),
        usual.keepAlive(),
        65_536,
        usual.requestGrace(),
        usual.leastBytesPerSecond(),
        usual.answerWindow(),
        usual.leastAnswerBytesPerSecond());
  }

  @Test
  void aStreamGivesBackOnceWhatItHoldsHoweverItEnds() {
    Map<Happening, Integer> endings = new EnumMap<>(Happening.class);
    for (Kind kind : Kind.values()) {
      for (long seed = 1; seed <= 500; seed++) {
        Random random = new Random(seed);
        Scene scene = new Scene(kind);
        for (int step = random.nextInt(20); step > 0 && !scene.isGivenBack(); step--) {
          scene.happens(Happening.values()[random.nextInt(Happening.values().length)], random);
        }
        Happening last = scene.isGivenBack() ? Happening.RESULT : scene.end(random);
        endings.merge(last, 1, Integer::sum);

        String what = "%s, seed %d: %s".formatted(kind, seed, scene.happened);
        assertThat(scene.givenBack).as(what).isEqualTo(1);
        assertThat(scene.timer.pending()).as(what).isZero();
        assertThat(scene.gone).as(what).isLessThanOrEqualTo(1);
        int before = scene.gone;
        for (Happening each : Happening.values()) {
          scene.happens(each, random);
        }
        assertThat(scene.givenBack).as(what).isEqualTo(1);
        assertThat(scene.timer.pending()).as(what).isZero();
        assertThat(scene.gone).as(what).isEqualTo(before);
        assertThat(scene.budget.taken()).as(what).isZero();
        assertThat(scene.answers.taken()).as(what).isZero();
      }
    }
    // The histories contain what they are meant to.
    assertThat(endings)
        .containsKeys(Happening.RESULT, Happening.CANCEL, Happening.GONE, Happening.TIME);
  }

  @Test
  void aCallerThatGoesBeforeItReadsCountsAsOneThatGoesLater() {
    for (Kind kind : List.of(Kind.ANSWER, Kind.RESPONSE, Kind.REPLAYED_RESPONSE)) {
      Scene before = new Scene(kind);
      before.happens(Happening.BEGIN, new Random(1));
      before.stream.gone();

      Scene later = new Scene(kind);
      later.happens(Happening.BEGIN, new Random(1));
      later.happens(Happening.SUBSCRIBE, new Random(1));
      later.happens(Happening.CANCEL, new Random(1));

      assertThat(before.gone).as("%s", kind).isEqualTo(1);
      assertThat(later.gone).as("%s", kind).isEqualTo(1);
    }
  }

  @Test
  void aStreamThatNobodyReadsCountsAsACallerThatHasGone() {
    for (Kind kind : List.of(Kind.ANSWER, Kind.RESPONSE, Kind.REPLAYED_RESPONSE)) {
      Scene scene = new Scene(kind, Duration.ofHours(1));
      scene.happens(Happening.BEGIN, new Random(1));
      scene.timer.pass(CallerStream.UNREAD);
      assertThat(scene.gone).as("%s", kind).isEqualTo(1);
      scene.happens(Happening.GONE, new Random(1));
      assertThat(scene.gone).as("%s", kind).isEqualTo(1);
    }
  }

  @Test
  void whereThereIsNoMemoryForWhatIsNotReadTheStreamEndsWithAnError() {
    for (Kind kind : List.of(Kind.ANSWER, Kind.RESPONSE)) {
      Scene scene = new Scene(kind, Duration.ofHours(1), 20_000);
      AnswerBudget.Account others = scene.answers.open("default");
      assertThat(others.take(AnswerBudget.FREE_BYTES + 15_000)).isEqualTo(Taking.TAKEN);
      scene.happens(Happening.BEGIN, new Random(1));
      scene.happens(Happening.SUBSCRIBE, new Random(1));
      for (int chunk = 0; chunk < 3; chunk++) {
        scene.happens(Happening.CHUNK, new Random(1));
      }
      assertThat(scene.answers.taken()).as("%s", kind).isLessThanOrEqualTo(20_000);
      scene.reader.orElseThrow().requestUnbounded();
      assertThat(scene.isGivenBack()).as("%s", kind).isTrue();
      assertThat(scene.answers.taken()).as("%s", kind).isEqualTo(15_000);
      assertThat(scene.reader.orElseThrow().texts.getLast())
          .as("%s", kind)
          .contains("reader_too_slow");
    }
  }

  @Test
  void memoryIsFreeAsSoonAsAStreamIsRead() {
    Scene scene = new Scene(Kind.ANSWER, Duration.ofHours(1));
    scene.happens(Happening.CHUNK, new Random(1));
    scene.happens(Happening.CHUNK, new Random(1));
    assertThat(scene.answers.taken()).as("before it begins").isPositive();
    scene.happens(Happening.BEGIN, new Random(1));
    scene.happens(Happening.SUBSCRIBE, new Random(1));
    assertThat(scene.answers.taken()).isPositive();
    scene.reader.orElseThrow().requestUnbounded();
    assertThat(scene.answers.taken()).isZero();
    assertThat(scene.isGivenBack()).isFalse();
  }

  @Test
  void theMemoryOfThePastIsGivenBackAsItIsRead() {
    Scene scene = new Scene(Kind.REPLAYED_RESPONSE);
    scene.happens(Happening.BEGIN, new Random(1));
    scene.happens(Happening.SUBSCRIBE, new Random(1));
    long before = scene.budget.taken();
    // The comment and what a response begins with come first.
    scene.reader.orElseThrow().request(6);
    assertThat(scene.budget.taken()).isPositive().isLessThan(before);
    scene.reader.orElseThrow().requestUnbounded();
    assertThat(scene.budget.taken()).isZero();
    assertThat(scene.isGivenBack()).isFalse();
  }

  @Test
  void whoeverReadsThePastTooSlowlyIsToldSoAndKeepsNoMemory() {
    Scene scene = new Scene(Kind.REPLAYED_RESPONSE, Duration.ofHours(1));
    scene.happens(Happening.BEGIN, new Random(1));
    List<String> texts = new ArrayList<>();
    Reader reader =
        new Reader() {
          @Override
          protected void hookOnNext(byte[] text) {
            texts.add(new String(text, StandardCharsets.UTF_8));
          }
        };
    scene.flux.orElseThrow().subscribe(reader);
    reader.request(2);
    scene.timer.pass(ResponseFeed.LOOK);
    assertThat(scene.isGivenBack()).isTrue();
    assertThat(scene.budget.taken()).isZero();
    reader.requestUnbounded();
    assertThat(texts.getLast()).contains("reader_too_slow");
  }

  @Test
  void aStreamThatIsReadIsNotGivenUp() {
    for (Kind kind : Kind.values()) {
      Scene scene = new Scene(kind);
      scene.happens(Happening.BEGIN, new Random(1));
      scene.happens(Happening.SUBSCRIBE, new Random(1));
      scene.reader.orElseThrow().requestUnbounded();
      scene.happens(Happening.STATE, new Random(1));
      scene.happens(Happening.CHUNK, new Random(1));
      scene.timer.pass(CallerStream.UNREAD.multipliedBy(2));
      assertThat(scene.isGivenBack()).as("%s", kind).isFalse();
    }
  }

  @Test
  void chunksMayComeForAWhileAfterTheirResultWheneverThatComes() {
    for (Kind kind : List.of(Kind.ANSWER, Kind.RESPONSE, Kind.REPLAYED_RESPONSE)) {
      Scene scene = new Scene(kind, Duration.ofHours(1));
      scene.happens(Happening.BEGIN, new Random(1));
      scene.happens(Happening.SUBSCRIBE, new Random(1));
      scene.reader.orElseThrow().requestUnbounded();
      scene.happens(Happening.CHUNK, new Random(1));
      Duration moment = Duration.ofMillis(1);
      scene.timer.pass(CallerStream.LATE.minus(moment));
      scene.happens(Happening.RESULT, new Random(1));

      scene.timer.pass(CallerStream.LATE.minus(moment));
      assertThat(scene.isGivenBack()).as("%s", kind).isFalse();
      scene.timer.pass(moment);
      assertThat(scene.isGivenBack()).as("%s", kind).isTrue();
    }
  }

  @Test
  void whoeverReadsAStreamThatWasGivenUpIsToldSo() {
    for (Kind kind : List.of(Kind.ANSWER, Kind.RESPONSE, Kind.REPLAYED_RESPONSE)) {
      Scene scene = new Scene(kind, Duration.ofHours(1));
      scene.happens(Happening.BEGIN, new Random(1));
      scene.timer.pass(CallerStream.UNREAD);
      assertThat(scene.isGivenBack()).as("%s", kind).isTrue();

      String all =
          String.join(
              "",
              scene
                  .flux
                  .orElseThrow()
                  .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                  .collectList()
                  .block());
      assertThat(all).as("%s", kind).contains("reader_too_slow");
    }
  }

  /** One stream and what happens to it. */
  private static final class Scene {

    private final ManualTimer timer = new ManualTimer();
    private final AnswerBudget answers;
    private final AnswerBudget.Account account;
    private final Kind kind;
    private final Duration most;
    private final CallerStream stream;
    private final List<Happening> happened = new ArrayList<>();
    private Optional<Flux<byte[]>> flux = Optional.empty();
    private Optional<Reader> reader = Optional.empty();
    private int sequence;
    private int states;
    private int givenBack;
    private int gone;
    private final ReplayBudget budget = new ReplayBudget(1 << 20);

    Scene(Kind kind) {
      this(kind, MOST);
    }

    Scene(Kind kind, Duration most) {
      this(kind, most, 1 << 20);
    }

    Scene(Kind kind, Duration most, long answerBytes) {
      this.answers = new AnswerBudget(answerBytes);
      this.account = answers.open("default");
      this.kind = kind;
      this.most = most;
      this.stream =
          switch (kind) {
            case ANSWER -> new AnswerEvents(timer, CONNECTIONS, account);
            case RESPONSE, REPLAYED_RESPONSE -> new ResponseFeed(timer, CONNECTIONS, account);
            case STATUS ->
                new StatusEvents(
                    timer,
                    CONNECTIONS,
                    account,
                    () ->
                        Optional.of(
                            Replies.JSON
                                .createObjectNode()
                                .put("status", "s")
                                .put("attempts", states)));
          };
      stream.hold(() -> givenBack++);
    }

    boolean isGivenBack() {
      return givenBack > 0;
    }

    void happens(Happening what, Random random) {
      happened.add(what);
      switch (what) {
        case CHUNK -> stream.chunk(chunk(sequence++));
        case RESULT -> stream.result(result());
        case STATE -> {
          states++;
          stream.status(leased());
        }
        case STOPPING -> stream.stopping();
        case BEGIN -> {
          if (flux.isEmpty()) {
            flux = Optional.of(begin());
          }
        }
        case SUBSCRIBE -> {
          if (flux.isPresent() && reader.isEmpty()) {
            reader = Optional.of(new Reader());
            flux.get().subscribe(reader.get());
          }
        }
        case READ -> reader.ifPresent(each -> each.request(1 + random.nextInt(5)));
        case CANCEL -> reader.ifPresent(BaseSubscriber::cancel);
        case GONE -> stream.gone();
        case TIME -> timer.pass(Duration.ofMillis(random.nextInt(20_000)));
      }
    }

    /** Brings it to an end in one of the ways in which streams end. */
    Happening end(Random random) {
      happens(Happening.BEGIN, random);
      List<Happening> ways =
          reader.isPresent()
              ? List.of(Happening.CANCEL, Happening.GONE, Happening.RESULT)
              : List.of(Happening.GONE, Happening.TIME);
      Happening way = ways.get(random.nextInt(ways.size()));
      if (way == Happening.TIME) {
        timer.pass(CallerStream.UNREAD);
      } else {
        happens(way, random);
      }
      if (way == Happening.RESULT) {
        reader.ifPresent(BaseSubscriber::requestUnbounded);
        timer.pass(CallerStream.LATE);
      }
      return way;
    }

    private Flux<byte[]> begin() {
      HttpRequest<?> request = HttpRequest.GET("/");
      return switch (stream) {
        case AnswerEvents answer -> answer.begin(request, ID, true, most, () -> gone++);
        case StatusEvents status -> status.begin(request, known());
        case ResponseFeed feed ->
            feed.begin(
                request,
                ID,
                new ResponseStream(response(), OptionalLong.empty()),
                kind == Kind.RESPONSE ? ResponseFeed.Past.NONE : past(),
                Optional.of(most),
                () -> gone++);
        default -> throw new IllegalStateException(stream.toString());
      };
    }

    private ResponseFeed.Past past() {
      List<TokenChunk> chunks = List.of(chunk(0), chunk(1), chunk(2));
      return new ResponseFeed.Past(
          chunks, Optional.empty(), false, budget.take("default", chunks, 0));
    }
  }

  /** Reads only what it is let read. */
  private static class Reader extends BaseSubscriber<byte[]> {

    private final List<String> texts = new ArrayList<>();

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      // Nothing is read yet.
    }

    @Override
    protected void hookOnNext(byte[] text) {
      texts.add(new String(text, StandardCharsets.UTF_8));
    }
  }

  private static KnownRequest known() {
    RecentRequests recent = new RecentRequests(10);
    recent.open(0, false);
    return recent
        .submitted(0, "default", ID, ServiceClass.STANDARD, "m", Optional.empty(), NOW)
        .now();
  }

  private static StoredResponse response() {
    return StoredResponse.of(
        ID,
        "default",
        NOW,
        ResponseRequestReader.read(
            "{\"model\":\"m\",\"input\":\"Hi\",\"stream\":true}".getBytes(StandardCharsets.UTF_8)));
  }

  private static ResultRecord result() {
    return BrokerSamples.record(
        BrokerSamples.result(ID, TerminalStatus.SUCCEEDED)
            .setBody(
                ByteBuffer.wrap(
                    "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"x\"},\"finish_reason\":\"stop\"}]}"
                        .getBytes(StandardCharsets.UTF_8)))
            .build());
  }

  private static RequestStatus leased() {
    return RequestStatus.newBuilder()
        .setId(ID)
        .setTenant("default")
        .setState(RequestState.LEASED)
        .setModel("m")
        .setServiceClass(ServiceClass.STANDARD)
        .setAttempts(1)
        .setChangedAt(NOW)
        .build();
  }

  private static TokenChunk chunk(int sequence) {
    String json =
        "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}"
            .formatted("x".repeat(15_000));
    return TokenChunk.newBuilder()
        .setId(ID)
        .setTenant("default")
        .setAttempt(1)
        .setSequence(sequence)
        .setKind(ChunkKind.DELTA)
        .setData(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)))
        .setCreatedAt(NOW)
        .build();
  }
}
