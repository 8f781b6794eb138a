package io.penstock.compose.http;

import static io.penstock.compose.http.ScriptedFront.error;
import static io.penstock.compose.http.ScriptedFront.reply;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FrontClientTest {

  private static final RetryPlan QUICK =
      new RetryPlan(Duration.ofMillis(1), Duration.ofMillis(4), Duration.ofSeconds(5));

  private ScriptedFront front;

  @BeforeEach
  void start() throws IOException {
    front = new ScriptedFront();
  }

  @AfterEach
  void stop() {
    front.close();
  }

  private FrontClient client(String key) {
    return new FrontClient(
        FrontAddress.parse(front.url()), Optional.ofNullable(key), "give another key", QUICK);
  }

  @Test
  void aCallThatMayBeRepeatedIsRepeatedWhileTheFrontCannotServe() throws Exception {
    front.on(
        "GET /x",
        (exchange, _, times) -> {
          if (times < 3) {
            reply(exchange, 503, error("unavailable", "Soon."));
          } else {
            reply(exchange, 200, "{\"n\":%d}".formatted(times));
          }
        });
    try (FrontClient client = client(null)) {
      assertThat(client.object(FrontCall.get("/x")).path("n").asInt()).isEqualTo(3);
    }
  }

  @Test
  void aCallThatMightRunTwiceIsMadeOnce() {
    front.on("POST /x", 503, error("unavailable", "Soon."));
    try (FrontClient client = client(null)) {
      assertThatThrownBy(() -> client.succeed(FrontCall.post("/x", new byte[0])))
          .isInstanceOf(FrontException.Refused.class)
          .hasMessage("Soon.");
    }
    assertThat(front.seen()).hasSize(1);
  }

  @Test
  void theAnswerOfARequestIsNoReasonToRepeatTheCall() throws Exception {
    front.on(
        "GET /x",
        (exchange, _, _) ->
            reply(exchange, 503, error("engine_down", "No."), "penstock-request-id", "req_1"));
    try (FrontClient client = client(null)) {
      assertThat(client.answer(FrontCall.get("/x")).status()).isEqualTo(503);
    }
    assertThat(front.seen()).hasSize(1);
  }

  @Test
  void aConnectionThatBreaksIsTakenUpAgainOnceTheFrontHasAnswered() throws Exception {
    front.on("GET /first", 200, "{}");
    front.on(
        "GET /x",
        (exchange, _, times) -> {
          if (times == 1) {
            // Java itself asks again where no answer began.
            exchange.sendResponseHeaders(200, 10);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            throw new IOException("broken on purpose");
          }
          reply(exchange, 200, "{}");
        });
    try (FrontClient client = client(null)) {
      client.succeed(FrontCall.get("/first"));
      assertThat(client.succeed(FrontCall.get("/x")).status()).isEqualTo(200);
    }
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void anAnswerThatStopsHalfwayIsNotAwaitedForEver() {
    CountDownLatch over = new CountDownLatch(1);
    front.on(
        "POST /x",
        (exchange, _, _) -> {
          exchange.sendResponseHeaders(200, 10);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          try {
            over.await();
          } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
          }
        });
    FrontCall call = FrontCall.post("/x").withPatience(Duration.ofMillis(500));
    try (FrontClient client = client(null)) {
      assertThatThrownBy(() -> client.succeed(call))
          .isInstanceOf(FrontException.Unreachable.class)
          .hasMessageContaining("did not answer within");
    } finally {
      over.countDown();
    }
  }

  @Test
  void nothingThatAnswersIsSaidAtOnceWithTheRemedy() {
    String url = front.url();
    front.close();
    try (FrontClient client =
        new FrontClient(FrontAddress.parse(url), Optional.empty(), "", RetryPlan.DEFAULT)) {
      long begun = System.nanoTime();
      assertThatThrownBy(() -> client.answer(FrontCall.get("/x")))
          .isInstanceOf(FrontException.Unreachable.class)
          .hasMessage(
              "nothing answers at %s; start Penstock with 'penstock up', or give --url"
                  .formatted(url));
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(30));
    }
  }

  @Test
  void errorsKeepTheWordsOfTheFrontAndNameARemedy() throws Exception {
    front
        .on("GET /key", 401, error("invalid_api_key", "The API key is not valid."))
        .on(
            "POST /limit",
            (exchange, _, _) ->
                reply(exchange, 429, error("rate_limit", "Too many."), "retry-after", "7"))
        .on("GET /admin", 403, "{\"detail\":\"Nobody may use it.\",\"code\":\"admin_off\"}")
        .on("GET /proxy", 404, "<html>");
    try (FrontClient client = client("secret-1")) {
      assertThatThrownBy(() -> client.succeed(FrontCall.get("/key")))
          .hasMessage("The API key is not valid; give another key")
          .hasMessageNotContaining("secret-1");
      assertThatThrownBy(() -> client.succeed(FrontCall.post("/limit")))
          .hasMessage("Too many; try again in 7 s");
      assertThatThrownBy(() -> client.succeed(FrontCall.get("/admin")))
          .hasMessage("Nobody may use it.");
      assertThatThrownBy(() -> client.succeed(FrontCall.get("/proxy")))
          .hasMessageContaining("answers with status 404, not as Penstock's front does");
    }
    assertThat(front.seen().getFirst().header("authorization")).isEqualTo("Bearer secret-1");
  }

  @Test
  void anAddressMayBeTheOneThatOpenAisClientsTake() {
    assertThat(FrontAddress.parse("http://h:1/v1/")).hasToString("http://h:1");
    assertThat(FrontAddress.parse("https://h/penstock")).hasToString("https://h/penstock");
    assertThat(FrontAddress.parse("http://h:1").exposesKeys()).isTrue();
    assertThat(FrontAddress.parse("https://h:1").exposesKeys()).isFalse();
    assertThat(FrontAddress.parse("http://127.0.0.1:1").exposesKeys()).isFalse();
    for (String wrong : new String[] {"h:1", "ftp://h", "http://", "http://h?x", "http:// h"}) {
      assertThatThrownBy(() -> FrontAddress.parse(wrong))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("give one such as http://127.0.0.1:8080");
    }
    assertThatThrownBy(() -> FrontAddress.parse("http://u:pass@h"))
        .hasMessageNotContaining("pass@")
        .hasMessageContaining("give the key by itself");
  }

  @Property
  void pausesGrowAndEndInTime(
      @ForAll @IntRange(min = 1, max = 1000) int failures,
      @ForAll @IntRange(max = 100_000) int elapsedMillis,
      @ForAll @IntRange(max = 100) int askedSeconds) {
    RetryPlan plan = RetryPlan.DEFAULT;
    Duration elapsed = Duration.ofMillis(elapsedMillis);
    Duration asked = Duration.ofSeconds(askedSeconds);
    Optional<Duration> pause = plan.pause(failures, elapsed, Optional.of(asked));
    pause.ifPresent(
        length -> {
          assertThat(length).isGreaterThanOrEqualTo(asked).isPositive();
          assertThat(elapsed.plus(length)).isLessThanOrEqualTo(plan.total());
        });
    if (elapsed.plus(asked).compareTo(plan.total()) > 0) {
      assertThat(pause).isEmpty();
    }
  }
}
