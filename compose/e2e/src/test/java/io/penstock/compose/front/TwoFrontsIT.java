package io.penstock.compose.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.penstock.broker.HttpFront;
import io.penstock.compose.e2e.PenstockFixture;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.RequestState;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Several instances of the HTTP front, each of which answers for a part of all ids. */
@ExtendWith(PenstockFixture.class)
class TwoFrontsIT {

  private static final String CHAT = "/v1/chat/completions";
  private static final String ANSWER = "{\"object\":\"chat.completion\"}";
  private static final String STREAM = "{\"model\":\"kept\",\"messages\":[],\"stream\":true}";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Test
  void anyInstanceAnswersForAnyIdAndCarriesOnForOneThatStops(PenstockNode node) throws Exception {
    try (FrontCluster cluster = new FrontCluster(node, "two-fronts.", 4)) {
      cluster.backend().on("m", call -> call.succeed(ANSWER));
      cluster.backend().on("kept", call -> call.status(RequestState.WAITING));
      HttpFront one = cluster.start(FrontCluster.settings());
      HttpFront two = cluster.start(FrontCluster.settings(PATIENCE));
      try (FrontCalls first = new FrontCalls(one.url());
          FrontCalls second = new FrontCalls(two.url())) {
        List<String> ids = new ArrayList<>();
        for (FrontCalls each : List.of(first, second)) {
          for (int call = 0; call < 10; call++) {
            HttpResponse<String> answer = each.post(CHAT, "{\"model\":\"m\",\"messages\":[]}");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            ids.add(FrontCalls.id(answer));
          }
        }
        assertFound(ids, first);
        assertFound(ids, second);
        for (int key = 0; key < 8; key++) {
          String name = "key-" + key;
          String at = FrontCalls.id(first.post(CHAT, chat(), "idempotency-key", name));
          assertThat(FrontCalls.id(second.post(CHAT, chat(), "idempotency-key", name)))
              .isEqualTo(at);
        }
        assertThat(cluster.backend().seen("m")).hasSize(28);

        // Who waits is answered while the instance stops, and the other one takes over.
        CompletableFuture<HttpResponse<String>> waiting = calling(() -> kept(second));
        await().atMost(PATIENCE).until(() -> !cluster.backend().seen("kept").isEmpty());
        CompletableFuture<Void> closing = closing(two);
        String id = cluster.backend().seen("kept").getFirst().getId();
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () -> {
                  HttpResponse<String> found = first.get("/v1/requests/" + id);
                  assertThat(found.statusCode()).as(found.body()).isEqualTo(200);
                });
        assertThat(first.delete("/v1/requests/" + id).statusCode()).isEqualTo(202);
        assertThat(waiting.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(409);
        closing.get(30, TimeUnit.SECONDS);
        await().atMost(PATIENCE).untilAsserted(() -> assertFound(ids, first));
      }
    }
  }

  @Test
  void aStoppingInstanceRefusesNewCallsAtOnce(PenstockNode node) throws Exception {
    try (FrontCluster cluster = new FrontCluster(node, "refusing.", 2)) {
      CompletableFuture<Void> released = new CompletableFuture<>();
      cluster
          .backend()
          .on(
              "kept",
              call -> {
                released.join();
                call.succeed(ANSWER);
              });
      HttpFront front = cluster.start(FrontCluster.settings(PATIENCE));
      try (FrontCalls calls = new FrontCalls(front.url())) {
        CompletableFuture<HttpResponse<String>> waiting = calling(() -> kept(calls));
        await().atMost(PATIENCE).until(() -> !cluster.backend().seen("kept").isEmpty());
        CompletableFuture<Void> closing = closing(front);
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () -> {
                  HttpResponse<String> refused = calls.get("/v1/models");
                  assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
                  assertThat(refused.headers().firstValue("retry-after")).contains("1");
                });
        assertThat(waiting).as("the call that waits").isNotDone();
        assertThat(closing).as("the end of the instance").isNotDone();
        released.complete(null);
        assertThat(waiting.get(30, TimeUnit.SECONDS).body()).isEqualTo(ANSWER);
        closing.get(30, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void whoeverWaitsWhenTheDrainEndsIsToldSoAndTheRequestGoesOn(PenstockNode node) throws Exception {
    try (FrontCluster cluster = new FrontCluster(node, "short-drain.", 2)) {
      cluster.backend().on("kept", call -> call.status(RequestState.WAITING));
      HttpFront front = cluster.start(FrontCluster.settings(Duration.ofMillis(100)));
      try (FrontCalls calls = new FrontCalls(front.url())) {
        CompletableFuture<HttpResponse<String>> unnamed = calling(() -> kept(calls));
        CompletableFuture<HttpResponse<String>> named =
            calling(() -> kept(calls, "idempotency-key", "mine"));
        CompletableFuture<HttpResponse<String>> streamed = calling(() -> post(calls, STREAM));
        await().atMost(PATIENCE).until(() -> cluster.backend().seen("kept").size() == 3);
        front.close();

        assertThat(unnamed.get().statusCode()).isEqualTo(504);
        assertThat(unnamed.get().body())
            .contains("instance_stopping")
            .contains(FrontCalls.id(unnamed.get()));
        assertThat(named.get().statusCode()).isEqualTo(503);
        assertThat(named.get().headers().firstValue("retry-after")).contains("1");
        assertThat(streamed.get().body()).contains("instance_stopping").doesNotContain("[DONE]");
        assertThat(cluster.backend().cancelled("kept")).isZero();
      }
    }
  }

  @Test
  void whatWasAcceptedIsFoundAtAnotherInstanceBeforeTheJobsHaveSeenIt(PenstockNode node)
      throws Exception {
    try (FrontCluster cluster = new FrontCluster(node, "unseen.", 2)) {
      cluster.backend().on("unseen", _ -> {});
      HttpFront one = cluster.start(FrontCluster.settings());
      String id;
      try (FrontCalls calls = new FrontCalls(one.url())) {
        HttpResponse<String> taken =
            calls.post(
                "/v1/requests",
                "{\"model\":\"unseen\",\"messages\":[]}",
                "penstock-endpoint",
                CHAT);
        assertThat(taken.statusCode()).as(taken.body()).isEqualTo(202);
        id = FrontCalls.id(taken);
      }
      one.close();

      HttpFront two = cluster.start(FrontCluster.settings());
      try (FrontCalls calls = new FrontCalls(two.url())) {
        HttpResponse<String> found = calls.get("/v1/requests/" + id);
        assertThat(found.statusCode()).as(found.body()).isEqualTo(200);
        assertThat(found.body()).contains("\"accepted\"", "\"unseen\"");
        assertThat(calls.get("/v1/requests/" + id + "/result").statusCode()).isEqualTo(202);
        assertThat(calls.delete("/v1/requests/" + id).statusCode()).isEqualTo(202);
        await().atMost(PATIENCE).until(() -> cluster.backend().cancelled("unseen") == 1);
      }
    }
  }

  @Test
  void anIdThatAStoppingInstanceNamesIsFoundAtAnotherBeforeTheJobsHaveSeenIt(PenstockNode node)
      throws Exception {
    try (FrontCluster cluster = new FrontCluster(node, "named-late.", 2)) {
      cluster.backend().on("unseen", _ -> {});
      HttpFront one = cluster.start(FrontCluster.settings(Duration.ofMillis(100)));
      String id;
      try (FrontCalls calls = new FrontCalls(one.url())) {
        CompletableFuture<HttpResponse<String>> waiting =
            calls.posting(CHAT, "{\"model\":\"unseen\",\"messages\":[]}");
        await().atMost(PATIENCE).until(() -> !cluster.backend().seen("unseen").isEmpty());
        one.close();
        assertThat(waiting.get().statusCode()).isEqualTo(504);
        id = FrontCalls.id(waiting.get());
      }
      HttpFront two = cluster.start(FrontCluster.settings());
      try (FrontCalls calls = new FrontCalls(two.url())) {
        HttpResponse<String> found = calls.get("/v1/requests/" + id);
        assertThat(found.statusCode()).as(found.body()).isEqualTo(200);
        assertThat(found.body()).contains("\"accepted\"", "\"unseen\"");
      }
    }
  }

  private static CompletableFuture<HttpResponse<String>> calling(
      Supplier<HttpResponse<String>> call) {
    return CompletableFuture.supplyAsync(call, Thread::startVirtualThread);
  }

  private static CompletableFuture<Void> closing(HttpFront front) {
    return CompletableFuture.runAsync(front::close, Thread::startVirtualThread);
  }

  private static HttpResponse<String> kept(FrontCalls calls, String... headers) {
    return post(calls, "{\"model\":\"kept\",\"messages\":[]}", headers);
  }

  private static HttpResponse<String> post(FrontCalls calls, String body, String... headers) {
    try {
      return calls.post(CHAT, body, headers);
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static String chat() {
    return "{\"model\":\"m\",\"messages\":[]}";
  }

  private static void assertFound(List<String> ids, FrontCalls calls) throws Exception {
    for (String id : ids) {
      HttpResponse<String> result = calls.get("/v1/requests/" + id + "/result");
      assertThat(result.statusCode()).as("%s: %s", id, result.body()).isEqualTo(200);
      assertThat(result.body()).isEqualTo(ANSWER);
    }
  }
}
