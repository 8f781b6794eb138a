package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.client.InferenceRequests;
import io.penstock.schemas.client.PenstockClient;
import io.penstock.schemas.client.PenstockClientConfig;
import io.penstock.schemas.models.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * One tenant's trouble is never another's, on real engines: two tenants whose requests are fine
 * share a worker with three tenants whose requests fail, each in its own way. {@code NeighbourTest}
 * has the same for many seeds on a virtual clock.
 */
@ExtendWith(PenstockFixture.class)
class NeighbourIT {

  /** Longer than any deadline. */
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final List<String> GOOD = List.of("neighbour-one", "neighbour-two");

  /** Rounds: two requests of each good tenant, and of a failing one as many as it sends. */
  private static final int ROUNDS = 24;

  private static final Duration EVERY = Duration.ofMillis(250);

  /** So long that a busy machine makes nobody late. */
  private static final Duration DEADLINE = Duration.ofMinutes(1);

  @TempDir Path home;

  @Test
  void anOpenAiServerServesTheOthersBesideCrashesRefusalsAndHangs(PenstockNode node)
      throws Exception {
    try (Server server = new Server();
        PenstockProcess worker =
            worker(node, "neighbour-openai", "openai", "-E", "base-url=" + server.address())) {
      worker.awaitReady();
      String model = "neighbour-openai";
      double failed = othersAreServed(node, model, List.of("crash", "refuse", "hang"));
      assertOnlyNowUnhealthy(node, model, worker);
      assertThat(failed).as("share of the attempts at %s that failed", model).isGreaterThan(0.5);
    }
  }

  @Test
  void aSimulatedGpuServesTheOthersBesideBadBodiesLongRunsAndLongPrompts(PenstockNode node)
      throws Exception {
    try (PenstockProcess worker = worker(node, "neighbour-simulated", "simulated")) {
      worker.awaitReady();
      String model = "neighbour-simulated";
      double failed = othersAreServed(node, model, List.of("malformed", "endless", "huge"));
      assertOnlyNowUnhealthy(node, model, worker);
      assertThat(failed).as("share of the attempts at %s that failed", model).isPositive();
    }
  }

  /** Returns the share of attempts that failed. */
  private static double othersAreServed(PenstockNode node, String model, List<String> troubles)
      throws Exception {
    List<String> good = new ArrayList<>();
    List<String> bad = new ArrayList<>();
    try (PenstockClient client =
            PenstockClient.open(PenstockClientConfig.of(node.connection(), node.topics()));
        ResultsLog<InferenceResult> results =
            ResultsLog.of(node.connection(), node.topics().names().results())) {
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < 2; i++) {
          for (String tenant : GOOD) {
            good.add(send(client, tenant, body("fine"), DEADLINE, model));
          }
        }
        for (String trouble : troubles) {
          for (int i = 0; i < perRound(trouble); i++) {
            bad.add(send(client, "neighbour-" + trouble, body(trouble), deadline(trouble), model));
          }
        }
        Thread.sleep(EVERY);
      }
      Map<String, List<InferenceResult>> answers = results.await(good, PATIENCE);
      assertThat(answers.values()).allMatch(each -> each.size() == 1);
      assertThat(answers.values())
          .extracting(each -> each.getFirst().getStatus())
          .as("results of tenants whose requests are fine")
          .containsOnly(TerminalStatus.SUCCEEDED);
      Map<String, List<InferenceResult>> failures = results.await(bad, PATIENCE);
      assertThat(failures.values()).allMatch(each -> each.size() == 1);
      assertThat(failures.values())
          .extracting(each -> each.getFirst().getStatus())
          .as("results of tenants whose requests are in trouble")
          .doesNotContain(TerminalStatus.SUCCEEDED);
      double failed = attempts(failures);
      return failed / (failed + attempts(answers));
    }
  }

  private static int attempts(Map<String, List<InferenceResult>> results) {
    return results.values().stream().mapToInt(each -> each.getFirst().getAttempts()).sum();
  }

  /** The model becomes unhealthy when its only worker is gone, and never was so before. */
  private static void assertOnlyNowUnhealthy(
      PenstockNode node, String model, PenstockProcess worker) throws Exception {
    assertThat(unhealthy(node, model)).as("how often %s became unhealthy", model).isEmpty();
    worker.close();
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(unhealthy(node, model))
                    .as("how often %s became unhealthy after its worker had gone", model)
                    .hasSize(1));
  }

  private static List<String> unhealthy(PenstockNode node, String model) throws Exception {
    return metrics(node)
        .lines()
        .filter(
            line ->
                line.startsWith("penstock_dispatch_health_changes_total")
                    && line.contains("\"%s\"".formatted(model))
                    && line.contains("\"unhealthy\""))
        .toList();
  }

  private static String metrics(PenstockNode node) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI metrics = URI.create(node.addresses().operationsUrl() + "/metrics");
      return http.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString()).body();
    }
  }

  /** So many crash that most attempts at the model fail, though those of one tenant only. */
  private static int perRound(String trouble) {
    return trouble.equals("crash") ? 6 : 2;
  }

  private static Duration deadline(String trouble) {
    return Duration.ofSeconds(trouble.equals("hang") || trouble.equals("endless") ? 3 : 10);
  }

  private static String body(String trouble) {
    return switch (trouble) {
      case "malformed" -> "{\"prompt\":7.5,\"max_tokens\":4}";
      case "endless" -> "{\"prompt\":\"endless\",\"max_tokens\":1024}";
      case "huge" ->
          "{\"prompt\":\"%s\",\"max_tokens\":4}".formatted("a word is here ".repeat(4_000));
      default -> "{\"prompt\":\"%s\",\"max_tokens\":4}".formatted(trouble);
    };
  }

  private static String send(
      PenstockClient client, String tenant, String body, Duration deadline, String model)
      throws Exception {
    InferenceRequest request =
        InferenceRequests.of(Endpoint.COMPLETIONS, model, body)
            .setTenant(tenant)
            .setServiceClass(ServiceClass.INTERACTIVE)
            .setDeadline(Instant.now().plus(deadline))
            .build();
    client.send(request).get(30, TimeUnit.SECONDS);
    return request.getId();
  }

  /** Registers the model under the worker's name and starts a worker process that serves it. */
  private PenstockProcess worker(PenstockNode node, String name, String engine, String... options)
      throws IOException, InterruptedException {
    TestModels.register(node, name);
    return TestWorkers.start(node, home, name, name, engine, 64, options);
  }

  /** A server that speaks the OpenAI API and does what a prompt asks for. */
  private static final class Server implements AutoCloseable {

    private static final String ANSWER =
        """
        {"object":"text_completion","choices":[{"index":0,"text":"fine","finish_reason":"stop"}],
         "usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}
        """;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    Server() throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext("/v1/", this::answer);
      server.setExecutor(threads);
      server.start();
    }

    String address() {
      return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
      try (exchange) {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (body.contains("hang")) {
          Thread.sleep(Duration.ofMinutes(5));
        }
        int status = body.contains("crash") ? 500 : body.contains("refuse") ? 400 : 200;
        String text = status == 200 ? ANSWER : "{\"error\":{\"message\":\"no\"}}";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      server.stop(0);
      threads.shutdownNow();
    }
  }
}
