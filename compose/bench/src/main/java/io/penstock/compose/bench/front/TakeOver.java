package io.penstock.compose.bench.front;

import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.compose.bench.rig.BenchProcess;
import io.penstock.compose.kafka.LoopbackPorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Kills an instance of the front, and measures until another answers for its ids. */
final class TakeOver {

  private static final Duration LOOK = Duration.ofMillis(20);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String CALL =
      "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"
          .formatted(FrontBench.MODEL);

  private TakeOver() {}

  /**
   * Seconds from each kill until the other instance answers.
   *
   * @param cluster with a worker that serves; its own front is closed first
   */
  static List<Double> measure(BenchCluster cluster, int kills, BenchProgress progress)
      throws IOException, InterruptedException {
    cluster.stopFront();
    List<Double> seconds = new ArrayList<>();
    List<Integer> ports = LoopbackPorts.free(kills + 1);
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(LOOK.multipliedBy(50)).build();
        BenchProcess other = BenchProcess.front(cluster, "front-stays", ports.getFirst())) {
      var _ = other.awaitReady();
      URI stays = base(ports.getFirst());
      for (int kill = 1; kill <= kills; kill++) {
        progress.at("kill -9 of an instance", (kill - 1.0) / kills);
        try (BenchProcess killed = BenchProcess.front(cluster, "front-" + kill, ports.get(kill))) {
          var _ = killed.awaitReady();
          String id = idOf(client, base(ports.get(kill)));
          URI status = stays.resolve("/v1/requests/" + id);
          awaitAnswer(client, status);
          killed.kill();
          long begin = System.nanoTime();
          awaitAnswer(client, status);
          seconds.add((System.nanoTime() - begin) / 1e9);
        }
      }
    }
    return seconds;
  }

  private static URI base(int port) {
    return URI.create("http://%s:%d".formatted(LoopbackPorts.HOST, port));
  }

  /** A request that an instance makes an id for is its own. */
  private static String idOf(HttpClient client, URI base) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(base.resolve("/v1/chat/completions"))
                .timeout(PATIENCE)
                .POST(BodyPublishers.ofString(CALL))
                .build(),
            BodyHandlers.ofString());
    return answer
        .headers()
        .firstValue("penstock-request-id")
        .orElseThrow(() -> new IllegalStateException("not served: " + answer.body()));
  }

  private static void awaitAnswer(HttpClient client, URI status) throws InterruptedException {
    long begin = System.nanoTime();
    while (!answers(client, status)) {
      if (System.nanoTime() - begin > PATIENCE.toNanos()) {
        throw new IllegalStateException(
            "no instance answers for %s after %d s".formatted(status, PATIENCE.toSeconds()));
      }
      Thread.sleep(LOOK);
    }
  }

  private static boolean answers(HttpClient client, URI status) throws InterruptedException {
    try {
      return client
              .send(
                  HttpRequest.newBuilder(status).timeout(Duration.ofSeconds(2)).build(),
                  BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException notYet) {
      return false;
    }
  }
}
