package io.penstock.compose.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.penstock.compose.e2e.PenstockFixture;
import io.penstock.compose.e2e.PenstockProcess;
import io.penstock.compose.e2e.ResultsLog;
import io.penstock.compose.e2e.TestModels;
import io.penstock.compose.e2e.TestWorkers;
import io.penstock.compose.front.WebhookReceiver.Answer;
import io.penstock.compose.front.WebhookReceiver.Event;
import io.penstock.compose.node.KafkaSettings;
import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.PenstockNode;
import io.penstock.compose.node.RegistrySettings;
import io.penstock.compose.node.Role;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.models.Endpoint;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Batches, waiting calls, streams and webhooks at once, at three instances that are killed, paused
 * and stopped as a seed says. {@code compose/README.md} says how to run it for longer, or with
 * another seed.
 */
@ExtendWith(PenstockFixture.class)
class FrontCrashIT {

  private static final Logger LOG = LoggerFactory.getLogger(FrontCrashIT.class);

  private static final long SEED = Long.getLong("penstock.crash.seed", 1);
  private static final Duration LENGTH =
      Duration.ofSeconds(Long.getLong("penstock.crash.seconds", 75));

  private static final int INSTANCES = 3;
  private static final String MODEL = "crash-model";
  private static final String EVENTS =
      "\"batch.completed\",\"batch.failed\",\"batch.expired\",\"batch.cancelled\",\"response.completed\",\"response.incomplete\",\"response.failed\",\"response.cancelled\",\"request.succeeded\",\"request.failed\",\"request.cancelled\",\"request.expired\"";
  private static final TopicSettings TOPICS =
      TopicSettings.DEFAULT.withNames(new TopicNames("crash.")).withPartitions(2, 6);
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path home;

  @Test
  void whicheverInstanceEndsNothingIsLostOrDoubled(PenstockNode cluster) throws Exception {
    List<Crash> schedule = Crash.schedule(SEED, INSTANCES, LENGTH);
    try {
      run(cluster.connection(), schedule);
    } catch (Exception | AssertionError failed) {
      throw new AssertionError(
          "seed %d (-Dpenstock.crash.seed=%d -Dpenstock.crash.seconds=%d), logs in %s: %s; crashes: %s"
              .formatted(SEED, SEED, LENGTH.toSeconds(), home, failed.getMessage(), schedule),
          failed);
    }
  }

  private void run(ClusterConnection connection, List<Crash> schedule) throws Exception {
    RandomGenerator random = new Random(SEED);
    try (WebhookReceiver receiver = new WebhookReceiver(failingAtTimes());
        PenstockNode backend = backend(connection);
        FrontFleet fleet = new FrontFleet(INSTANCES, each -> front(connection, each))) {
      backend.start();
      backend.awaitReady(PATIENCE);
      TestModels.register(backend, MODEL, Endpoint.CHAT_COMPLETIONS);
      try (PenstockProcess worker = worker(backend)) {
        for (int each = 0; each < INSTANCES; each++) {
          fleet.start(each);
        }
        worker.awaitReady();
        fleet.awaitAll();
        String secret = register(fleet, receiver, random);

        CrashCalls calls = new CrashCalls(fleet, MODEL, () -> requests(connection));
        CrashStreams streams = new CrashStreams(fleet, MODEL);
        CrashBatches batches = new CrashBatches(fleet, MODEL);
        List<CrashLoad> loads = new ArrayList<>();
        loads.addAll(Collections.nCopies(6, calls));
        loads.addAll(Collections.nCopies(4, streams));
        loads.addAll(Collections.nCopies(3, batches));
        underLoad(loads, () -> crash(fleet, schedule));
        fleet.awaitAll();

        Map<String, List<InferenceResult>> results = results(connection);
        assertThat(results)
            .as("results of each id")
            .allSatisfy((_, each) -> assertThat(each).hasSize(1));
        for (CrashLoad each : List.of(calls, streams, batches)) {
          each.verify(random, results);
        }
        verifyWebhooks(receiver, secret, results, batches.ids());
        String summary =
            "seed %d, %d crashes: %s, %s, %s; %d results, %d events of webhooks, %d of which failed; clients tried again %d times"
                .formatted(
                    SEED,
                    schedule.size(),
                    calls.summary(),
                    streams.summary(),
                    batches.summary(),
                    results.size(),
                    receiver.events().size(),
                    receiver.refused().size(),
                    fleet.retries());
        LOG.info("{}", summary);
        for (CrashLoad each : List.of(calls, streams, batches)) {
          assertThat(each.isVaried()).as("each kind of step in: %s", summary).isTrue();
        }
        assertThat(fleet.retries()).as("tries again of clients: %s", summary).isPositive();
        assertThat(receiver.refused()).as("events that failed: %s", summary).isNotEmpty();
      }
    }
  }

  /** Score, dispatch and delivery, which nobody kills here. */
  private PenstockNode backend(ClusterConnection connection) {
    return new PenstockNode(
        NodeConfig.of(home.resolve("backend")).toBuilder()
            .kafka(new KafkaSettings(Optional.of(connection.bootstrapServers()), 0, Map.of()))
            .registry(new RegistrySettings(Optional.of(connection.registryUrl()), 0, true))
            .topics(TOPICS)
            .roles(Set.of(Role.SCORE, Role.DISPATCH, Role.DELIVERY, Role.CONTROL))
            .build());
  }

  /** Slow enough that batches and streams last. */
  private PenstockProcess worker(PenstockNode backend) throws Exception {
    List<String> options = new ArrayList<>(FrontProcess.topicArguments(TOPICS));
    options.addAll(List.of("-E", "speed=0.3"));
    return TestWorkers.start(
        backend,
        home.resolve("worker"),
        "crash-worker",
        MODEL,
        "simulated",
        16,
        options.toArray(String[]::new));
  }

  private PenstockProcess front(ClusterConnection connection, int instance) throws IOException {
    return FrontProcess.start(
        connection,
        TOPICS,
        home.resolve("front-" + instance),
        "--set",
        "http.webhooks.allowedNetworks=[127.0.0.0/8]",
        "--set",
        "http.webhooks.timeout=5s",
        "--set",
        "http.webhooks.maxConcurrentPerHost=64");
  }

  /**
   * Fails with some events when they first come, in one way or another. A second failure would
   * delay an event for minutes.
   */
  private static Function<Event, Answer> failingAtTimes() {
    Set<String> seen = ConcurrentHashMap.newKeySet();
    return event ->
        seen.add(event.id())
            ? switch (Math.floorMod(event.id().hashCode() ^ SEED, 10)) {
              case 0 -> Answer.REFUSE;
              case 1 -> Answer.CUT;
              case 2 -> Answer.HANG;
              default -> Answer.TAKE;
            }
            : Answer.TAKE;
  }

  private static String register(FrontFleet fleet, WebhookReceiver receiver, RandomGenerator random)
      throws Exception {
    HttpResponse<String> made =
        fleet.persistently(
            random,
            front ->
                front.post(
                    "/v1/webhook_endpoints",
                    "{\"name\":\"all\",\"url\":\"%s\",\"event_types\":[%s]}"
                        .formatted(receiver.url(), EVENTS)));
    assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
    String path = "/v1/webhook_endpoints/" + FrontCalls.json(made).path("id").asText();
    for (int each = 0; each < fleet.size(); each++) {
      FrontCalls front = fleet.at(each);
      await().atMost(PATIENCE).until(() -> front.get(path).statusCode() == 200);
    }
    return FrontCalls.json(made).path("signing_secret").asText();
  }

  /** Something that takes its time. */
  @FunctionalInterface
  private interface Work {
    void run() throws Exception;
  }

  /** One that takes steps of a load until it is told to stop. */
  private record Client(CrashLoad load, Future<?> end) {

    void awaitEnd() throws Exception {
      try {
        end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (TimeoutException tooLong) {
        throw new AssertionError(
            "a client did not end its last step within %s; others of its load: %s"
                .formatted(PATIENCE, load.summary()),
            tooLong);
      }
    }
  }

  /** Each load on a thread of its own takes steps while something happens. */
  private static void underLoad(List<CrashLoad> loads, Work work) throws Exception {
    AtomicBoolean goesOn = new AtomicBoolean(true);
    List<Client> clients = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        for (CrashLoad load : loads) {
          RandomGenerator random = new Random(SEED + clients.size());
          Future<?> end =
              threads.submit(
                  () -> {
                    while (goesOn.get()) {
                      load.step(random);
                    }
                    return null;
                  });
          clients.add(new Client(load, end));
        }
        work.run();
        goesOn.set(false);
        for (Client client : clients) {
          client.awaitEnd();
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  private static void crash(FrontFleet fleet, List<Crash> schedule) throws Exception {
    for (Crash crash : schedule) {
      Thread.sleep(crash.after());
      LOG.info("{}", crash);
      for (int each : crash.instances()) {
        switch (crash.kind()) {
          case KILL -> fleet.kill(each);
          case PAUSE -> fleet.pause(each);
          case STOP -> fleet.stop(each);
        }
      }
      Thread.sleep(crash.away());
      for (int each : crash.instances()) {
        switch (crash.kind()) {
          case KILL, STOP -> fleet.start(each);
          case PAUSE -> fleet.goOn(each);
        }
      }
    }
  }

  /** All results, once what was submitted has one. */
  private static Map<String, List<InferenceResult>> results(ClusterConnection connection) {
    try (ResultsLog<InferenceResult> log = ResultsLog.of(connection, TOPICS.names().results())) {
      log.awaitSoon(requests(connection).stream().map(InferenceRequest::getId).toList(), PATIENCE);
      return log.all(PATIENCE);
    }
  }

  private static Collection<InferenceRequest> requests(ClusterConnection connection) {
    try (ResultsLog<InferenceRequest> log =
        ResultsLog.of(
            connection, TOPICS.names().requests(ServiceClass.STANDARD), InferenceRequest.class)) {
      return log.all(PATIENCE).values().stream().flatMap(List::stream).toList();
    }
  }

  /** Batches and all requests but their lines have told of their end. */
  private static void verifyWebhooks(
      WebhookReceiver receiver,
      String secret,
      Map<String, List<InferenceResult>> results,
      List<String> batches) {
    Set<String> subjects = new TreeSet<>(batches);
    results.keySet().stream().filter(id -> !id.startsWith("batch_")).forEach(subjects::add);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(receiver.taken()).isEqualTo(subjects));
    receiver.assertEachHasOneId();
    receiver.assertSignedWith(secret);
  }
}
