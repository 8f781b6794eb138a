package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.client.InferenceRequests;
import io.penstock.schemas.client.PenstockClient;
import io.penstock.schemas.client.PenstockClientConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Worker processes that are killed, or asked to stop, while they run requests. */
@ExtendWith(PenstockFixture.class)
class KilledWorkerIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path home;

  @Test
  void aWorkerKilledMidRunLosesNothingAndRepeatsNoResult(PenstockNode node) throws Exception {
    TestModels.register(node, "killed");
    try (PenstockProcess first = worker(node, "killed-1", "killed");
        PenstockClient client = client(node);
        ResultsLog<InferenceResult> results = results(node)) {
      first.awaitReady();
      List<String> ids = send(client, "killed", 60);
      results.awaitSoon(ids.subList(0, 4), PATIENCE);
      first.kill();
      try (PenstockProcess second = worker(node, "killed-2", "killed")) {
        second.awaitReady();
        Map<String, List<InferenceResult>> found = results.await(ids, PATIENCE);
        assertThat(found.values()).allMatch(each -> each.size() == 1);
        assertThat(found.values())
            .allMatch(each -> each.getFirst().getStatus() == TerminalStatus.SUCCEEDED);
        assertThat(found.values())
            .as("what the first worker held was run again")
            .anyMatch(each -> each.getFirst().getAttempts() == 2);
      }
    }
  }

  @Test
  void aWorkerToldToStopFinishesWhatRunsAndNothingIsRunTwice(PenstockNode node) throws Exception {
    TestModels.register(node, "drained");
    try (PenstockProcess first = worker(node, "drained-1", "drained");
        PenstockClient client = client(node);
        ResultsLog<InferenceResult> results = results(node)) {
      first.awaitReady();
      List<String> ids = send(client, "drained", 60);
      results.awaitSoon(ids.subList(0, 4), PATIENCE);
      first.terminate();
      assertThat(first.awaitEnd(Duration.ofSeconds(40))).isTrue();
      try (PenstockProcess second = worker(node, "drained-2", "drained")) {
        second.awaitReady();
        Map<String, List<InferenceResult>> found = results.await(ids, PATIENCE);
        assertThat(found.values()).allMatch(each -> each.size() == 1);
        assertThat(found.values())
            .allMatch(each -> each.getFirst().getStatus() == TerminalStatus.SUCCEEDED);
        List<String> servers =
            found.values().stream()
                .map(each -> each.getFirst().getWorkerId().orElseThrow())
                .distinct()
                .toList();
        assertThat(servers).containsExactlyInAnyOrder("drained-1", "drained-2");
        assertThat(found.values().stream().filter(each -> startedTwice(each.getFirst())).count())
            .as("requests whose engine run was thrown away")
            .isZero();
      }
    }
  }

  /** A released lease is a second attempt too, but one that never reached an engine. */
  private static boolean startedTwice(InferenceResult result) {
    return result.getAttempts() > 2;
  }

  private static List<String> send(PenstockClient client, String model, int count)
      throws Exception {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      InferenceRequest request =
          InferenceRequests.of(
                  io.penstock.schemas.models.Endpoint.COMPLETIONS,
                  model,
                  "{\"prompt\":\"number %d\",\"max_tokens\":40}".formatted(i))
              .setServiceClass(ServiceClass.BATCH)
              .build();
      client.send(request).get(30, TimeUnit.SECONDS);
      ids.add(request.getId());
    }
    return ids;
  }

  /** A worker of 4 slots whose requests take about 0.4 s each. */
  private PenstockProcess worker(PenstockNode node, String id, String model) throws IOException {
    return TestWorkers.start(node, home, id, model);
  }

  private static PenstockClient client(PenstockNode node) {
    return PenstockClient.open(PenstockClientConfig.of(node.connection(), node.topics()));
  }

  private static ResultsLog<InferenceResult> results(PenstockNode node) {
    return ResultsLog.of(node.connection(), node.topics().names().results());
  }
}
