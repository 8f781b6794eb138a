package io.penstock.compose.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.penstock.compose.e2e.PenstockFixture;
import io.penstock.compose.e2e.PenstockProcess;
import io.penstock.compose.node.PenstockNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two processes of role http, of which one is killed while callers wait at it. */
@ExtendWith(PenstockFixture.class)
class KilledFrontIT {

  private static final String CHAT = "/v1/chat/completions";
  private static final String ANSWER = "{\"object\":\"chat.completion\"}";
  private static final int KEYS = 6;

  /** The session time-out, and some time for a machine that does other things. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void theOtherAnswersForAllIdsAndRunsNothingTwice(PenstockNode node, @TempDir Path home)
      throws Exception {
    try (FrontCluster cluster = new FrontCluster(node, "killed-front.", 4);
        PenstockProcess one = cluster.process(home.resolve("one"));
        PenstockProcess two = cluster.process(home.resolve("two"))) {
      cluster.backend().on("m", call -> call.succeed(ANSWER));
      cluster.backend().on("slow", call -> call.pause(Duration.ofSeconds(2)).succeed(ANSWER));
      try (FrontCalls first = new FrontCalls(one.awaitReady().path("http").asText());
          FrontCalls second = new FrontCalls(two.awaitReady().path("http").asText())) {
        List<String> ids = new ArrayList<>();
        for (FrontCalls each : List.of(first, second)) {
          await().atMost(PATIENCE).until(() -> call(each, "m", "warm").statusCode() == 200);
          for (int call = 0; call < 10; call++) {
            ids.add(FrontCalls.id(call(each, "m", "id-" + ids.size())));
          }
        }
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int key = 0; key < KEYS; key++) {
          String name = "slow-" + key;
          waiting.add(
              CompletableFuture.runAsync(() -> lostCall(first, name), Thread::startVirtualThread));
        }
        await().atMost(PATIENCE).until(() -> cluster.backend().seen("slow").size() == KEYS);

        one.kill();

        for (int key = 0; key < KEYS; key++) {
          String name = "slow-" + key;
          await().atMost(PATIENCE).until(() -> call(second, "slow", name).body().equals(ANSWER));
        }
        assertThat(cluster.backend().seen("slow")).hasSize(KEYS);
        for (String id : ids) {
          await()
              .atMost(PATIENCE)
              .until(() -> second.get("/v1/requests/" + id + "/result").body().equals(ANSWER));
        }
        waiting.forEach(CompletableFuture::join);
      }
    }
  }

  private static HttpResponse<String> call(FrontCalls calls, String model, String key)
      throws Exception {
    return calls.post(
        CHAT, "{\"model\":\"%s\",\"messages\":[]}".formatted(model), "idempotency-key", key);
  }

  /** Its instance dies, so that it may end in any way. */
  private static void lostCall(FrontCalls calls, String key) {
    try {
      call(calls, "slow", key);
    } catch (Exception expected) {
      // The connection was lost.
    }
  }
}
