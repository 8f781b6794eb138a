package io.penstock.workers.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link Engine} keeps. A test of an engine extends this. */
@Timeout(60)
public abstract class EngineContract {

  private static final Duration PROMPTLY = Duration.ofSeconds(5);
  private static final EngineListener DEAF = () -> {};

  private Engine engine;
  private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

  /** A new engine. */
  protected abstract Engine open() throws Exception;

  /** A request that the engine answers quickly. */
  protected abstract EngineRequest quick();

  /** A request that is still running 10 s later if nobody stops it. */
  protected abstract EngineRequest slow();

  /** Returns once the engine works on a slow request; by default, once its load shows it. */
  protected void awaitBusy(Engine busy) throws InterruptedException {
    awaitRunning(busy, true);
  }

  @BeforeEach
  void openEngine() throws Exception {
    engine = open();
  }

  @AfterEach
  void closeEngine() {
    engine.close();
    callers.shutdownNow();
  }

  @Test
  void answersAreJsonWithUsage() throws Exception {
    EngineReply reply = engine.run(quick(), DEAF);

    assertThat(reply).isInstanceOf(EngineReply.Answered.class);
    var answered = (EngineReply.Answered) reply;
    assertThat(answered.statusCode()).isBetween(200, 299);
    JsonNode body = new JsonMapper().readTree(answered.body());
    assertThat(body.isObject()).isTrue();
    assertThat(answered.usage().getPromptTokens()).isPositive();
    assertThat(answered.usage().getPromptTokens())
        .isEqualTo(body.path("usage").path("prompt_tokens").asLong());
    assertThat(answered.usage().getCompletionTokens())
        .isEqualTo(body.path("usage").path("completion_tokens").asLong(0));
  }

  @Test
  void tokenCountsKeepWithinTheRequest() throws Exception {
    EngineRequest request = quick();
    var answered = (EngineReply.Answered) engine.run(request, DEAF);

    assertThat(answered.usage().getCompletionTokens()).isBetween(0L, request.maxOutputTokens());
    assertThat(answered.usage().getCachedPromptTokens())
        .isBetween(0L, answered.usage().getPromptTokens());
  }

  @Test
  void aDeadlineThatHasPassedIsATimeout() throws Exception {
    EngineRequest request = EngineRequests.withDeadline(slow(), Instant.now().minusSeconds(1));

    assertThat(failure(engine.run(request, DEAF)).getCategory()).isEqualTo(FailureCategory.TIMEOUT);
  }

  @Test
  void firstTokenIsToldAtMostOnceAndNeverAfterTheReply() throws Exception {
    var told = new AtomicInteger();
    engine.run(quick(), told::incrementAndGet);
    int whenReplied = told.get();

    assertThat(whenReplied).isBetween(0, 1);
    engine.run(quick(), DEAF);
    assertThat(told.get()).isEqualTo(whenReplied);
  }

  @Test
  void givesNoPiecesWhereTheAnswerIsWantedWhole() throws Exception {
    var heard = new Pieces();
    engine.run(quick(), heard);

    assertThat(heard.pieces).isEmpty();
  }

  @Test
  void piecesThatAreWantedTogetherSayWhatTheAnswerSays() throws Exception {
    var heard = new Pieces();
    var answered = (EngineReply.Answered) engine.run(quick().streamed(), heard);
    int whenReplied = heard.pieces.size();

    JsonNode whole = new JsonMapper().readTree(answered.body());
    if (whenReplied > 0) {
      StringBuilder text = new StringBuilder();
      for (byte[] piece : heard.pieces) {
        JsonNode choice = new JsonMapper().readTree(piece).path("choices").path(0);
        text.append(choice.path("delta").path("content").asText(""));
        text.append(choice.path("text").asText(""));
      }
      JsonNode choice = whole.path("choices").path(0);
      assertThat(text.toString())
          .isEqualTo(
              choice.path("message").path("content").asText("") + choice.path("text").asText(""));
      assertThat(heard.firstTokens.get()).isEqualTo(1);
    }
    engine.run(quick().streamed(), DEAF);
    assertThat(heard.pieces).hasSize(whenReplied);
  }

  /** Keeps what it hears. */
  public static final class Pieces implements EngineListener {
    public final List<byte[]> pieces = new CopyOnWriteArrayList<>();
    private final AtomicInteger firstTokens = new AtomicInteger();

    @Override
    public void firstToken() {
      firstTokens.incrementAndGet();
    }

    @Override
    public void chunk(byte[] data) {
      pieces.add(data);
    }
  }

  @Test
  void malformedBodyIsInvalidAndNamesTheField() throws Exception {
    for (String body : List.of("", "nonsense", "{\"model\":", "[]", "{} {}", "\"text\"")) {
      Failure failure = failure(engine.run(EngineRequests.withBody(quick(), body), DEAF));

      assertThat(failure.getCategory()).as(body).isEqualTo(FailureCategory.INVALID);
      assertThat(failure.getField()).as(body).hasValue("body");
      assertThat(failure.getMessage()).as(body).isNotBlank();
    }
  }

  @Test
  void unknownEndpointFailsSoThatAnotherWorkerMayTry() throws Exception {
    EngineRequest request = EngineRequests.withEndpoint(quick(), "/v1/unheard-of");

    assertThat(engine.serves(request.endpoint())).isFalse();
    Failure failure = failure(engine.run(request, DEAF));
    assertThat(failure.getCategory()).isEqualTo(FailureCategory.OVERLOADED);
    assertThat(failure.getMessage()).contains("/v1/unheard-of");
  }

  @Test
  void servesTheEndpointsOfItsRequests() {
    assertThat(engine.serves(quick().endpoint())).isTrue();
    assertThat(engine.serves(slow().endpoint())).isTrue();
  }

  @Test
  void concurrentCallsAreAllAnswered() throws Exception {
    List<Future<EngineReply>> calls = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      calls.add(callers.submit(() -> engine.run(quick(), DEAF)));
    }
    for (Future<EngineReply> call : calls) {
      assertThat(call.get()).isInstanceOf(EngineReply.Answered.class);
    }
    awaitRunning(engine, false);
  }

  @Test
  void interruptCancelsPromptlyAndFreesCapacity() throws Exception {
    var ended = new CompletableFuture<Throwable>();
    Thread caller =
        Thread.startVirtualThread(
            () -> {
              try {
                engine.run(slow(), DEAF);
                ended.complete(new AssertionError("ran to its end"));
              } catch (InterruptedException e) {
                ended.complete(e);
              }
            });
    awaitBusy(engine);
    caller.interrupt();

    assertThat(ended.get(PROMPTLY.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOf(InterruptedException.class);
    awaitRunning(engine, false);
    assertThat(engine.run(quick(), DEAF)).isInstanceOf(EngineReply.Answered.class);
  }

  @Test
  void deadlineEndsARunningRequest() throws Exception {
    EngineRequest request =
        EngineRequests.withDeadline(slow(), Instant.now().plus(Duration.ofMillis(300)));

    assertThat(failure(engine.run(request, DEAF)).getCategory()).isEqualTo(FailureCategory.TIMEOUT);
    awaitRunning(engine, false);
  }

  @Test
  void closeFailsRunningRequestsAndLaterOnes() throws Exception {
    Future<EngineReply> running = callers.submit(() -> engine.run(slow(), DEAF));
    awaitBusy(engine);
    engine.close();

    Failure failure = failure(running.get(PROMPTLY.toSeconds(), TimeUnit.SECONDS));
    assertThat(failure.getCategory()).isEqualTo(FailureCategory.OVERLOADED);
    assertThat(failure.getCode()).isEqualTo("engine_closed");
    assertThat(failure(engine.run(quick(), DEAF)).getCode()).isEqualTo("engine_closed");
    assertThatCode(engine::close).doesNotThrowAnyException();
  }

  @Test
  void loadIsSaneWhereItIsKnown() throws Exception {
    engine.run(quick(), DEAF);
    Optional<EngineLoad> load = engine.load();

    load.ifPresent(
        now -> {
          assertThat(now.running()).isNotNegative();
          assertThat(now.waiting()).isNotNegative();
          now.queuedPrefillTokens().ifPresent(tokens -> assertThat(tokens).isNotNegative());
          now.freeKvTokens().ifPresent(tokens -> assertThat(tokens).isNotNegative());
          now.prefillTokensPerSecond().ifPresent(EngineContract::isPositiveAndFinite);
          now.decodeTokensPerSecond().ifPresent(EngineContract::isPositiveAndFinite);
          assertThat(now.observedAt()).isBeforeOrEqualTo(Instant.now());
        });
  }

  @Test
  void nameIsKindAndVersion() {
    assertThat(engine.name()).matches("[a-z][a-z0-9-]*/\\S+");
  }

  protected final Engine engine() {
    return engine;
  }

  protected static Failure failure(EngineReply reply) {
    assertThat(reply).isInstanceOf(EngineReply.Failed.class);
    return ((EngineReply.Failed) reply).failure();
  }

  /** Spins until the engine says it runs something, or nothing; at once if it says nothing. */
  private static void awaitRunning(Engine engine, boolean wanted) throws InterruptedException {
    long until = System.nanoTime() + PROMPTLY.toNanos();
    while (System.nanoTime() < until) {
      Optional<EngineLoad> load = engine.load();
      if (load.isEmpty() || load.get().running() > 0 == wanted) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
    throw new AssertionError("engine " + (wanted ? "never ran" : "still runs") + " a request");
  }

  private static void isPositiveAndFinite(double value) {
    assertThat(value).isPositive().isFinite();
  }
}
