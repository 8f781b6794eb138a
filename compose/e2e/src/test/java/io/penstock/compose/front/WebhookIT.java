package io.penstock.compose.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.penstock.compose.e2e.PenstockFixture;
import io.penstock.compose.e2e.PenstockProcess;
import io.penstock.compose.front.WebhookReceiver.Answer;
import io.penstock.compose.node.PenstockNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks of two processes, of which one is killed before its events are delivered. */
@ExtendWith(PenstockFixture.class)
class WebhookIT {

  private static final String CHAT = "/v1/chat/completions";
  private static final String ANSWER = "{\"object\":\"chat.completion\"}";
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int REQUESTS = 8;
  private static final String[] ALLOWED = {"--set", "http.webhooks.allowedNetworks=[127.0.0.0/8]"};

  @Test
  void everyEventArrivesThoughTheInstanceThatHasItIsKilled(PenstockNode node, @TempDir Path home)
      throws Exception {
    AtomicBoolean answers = new AtomicBoolean();
    try (FrontCluster cluster = new FrontCluster(node, "webhooks.", 4);
        WebhookReceiver receiver =
            new WebhookReceiver(_ -> answers.get() ? Answer.TAKE : Answer.HANG);
        PenstockProcess one = cluster.process(home.resolve("one"), ALLOWED);
        PenstockProcess two = cluster.process(home.resolve("two"), ALLOWED)) {
      cluster.backend().on("m", call -> call.succeed(ANSWER));
      cluster.backend().on("slow", call -> call.pause(Duration.ofSeconds(5)).succeed(ANSWER));
      try (FrontCalls calls = new FrontCalls(one.awaitReady().path("http").asText());
          FrontCalls other = new FrontCalls(two.awaitReady().path("http").asText())) {
        await().atMost(PATIENCE).until(() -> submit(calls, "m").statusCode() == 202);
        await().atMost(PATIENCE).until(() -> submit(other, "m").statusCode() == 202);
        HttpResponse<String> made =
            calls.post(
                "/v1/webhook_endpoints",
                "{\"name\":\"all\",\"url\":\"%s\",\"event_types\":[\"request.succeeded\",\"batch.completed\"]}"
                    .formatted(receiver.url()));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
        String endpoint = FrontCalls.json(made).path("id").asText();
        await()
            .atMost(PATIENCE)
            .until(() -> other.get("/v1/webhook_endpoints/" + endpoint).statusCode() == 200);
        List<String> subjects = new ArrayList<>();
        subjects.add(batch(calls));
        for (int each = 0; each < REQUESTS; each++) {
          subjects.add(FrontCalls.id(submit(calls, "m")));
        }
        // The receiver has what has ended by now, and answers nothing.
        await().atMost(PATIENCE).until(() -> receiver.refused().containsAll(subjects));
        // These end while nobody has their home.
        for (int each = 0; each < REQUESTS; each++) {
          subjects.add(FrontCalls.id(submit(calls, "slow", "penstock-webhook", endpoint)));
        }

        one.kill();
        answers.set(true);

        await().atMost(PATIENCE).until(() -> receiver.taken().containsAll(subjects));
        receiver.assertEachHasOneId();
        receiver.assertSignedWith(FrontCalls.json(made).path("signing_secret").asText());
      }
    }
  }

  private static HttpResponse<String> submit(FrontCalls calls, String model, String... headers)
      throws Exception {
    List<String> all = new ArrayList<>(List.of("penstock-endpoint", CHAT));
    all.addAll(List.of(headers));
    return calls.post(
        "/v1/requests",
        "{\"model\":\"%s\",\"messages\":[]}".formatted(model),
        all.toArray(String[]::new));
  }

  private static String batch(FrontCalls calls) throws Exception {
    String line =
        "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"%s\",\"body\":{\"model\":\"m\"}}"
            .formatted(CHAT);
    String file = FrontCalls.json(calls.upload(line)).path("id").asText();
    return FrontCalls.json(calls.batch(file)).path("id").asText();
  }
}
