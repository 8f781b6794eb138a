package io.penstock.compose.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.schemas.ClassBacklog;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.routing.Revision;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueryCommandsTest {

  @TempDir Path home;
  private CliHarness cli;

  @BeforeEach
  void newHarness() {
    cli = new CliHarness(home);
  }

  private void lifecycle(
      String id, RequestState state, ServiceClass serviceClass, long secondsAgo) {
    lifecycle(Samples.status(id, state, serviceClass, secondsAgo));
  }

  private void lifecycle(RequestStatus status) {
    cli.write(cli.names.lifecycle(), CliHarness.NOW, RequestKey.of(status), status);
  }

  @Test
  void statusShowsAnIdThatTwoTenantsUsedOnceForEach() {
    lifecycle("a", RequestState.WAITING, ServiceClass.BATCH, 20);
    lifecycle(
        RequestStatus.newBuilder(Samples.status("a", RequestState.FAILED, ServiceClass.BATCH, 5))
            .setTenant("another")
            .build());
    assertThat(cli.run("status", "a", "--json")).isZero();
    assertThat(cli.json().stream().map(j -> j.get("state").asText()))
        .containsExactlyInAnyOrder("WAITING", "FAILED");
  }

  @Test
  void backlogCountsAnIdThatTwoTenantsUsedTwice() {
    lifecycle("a", RequestState.WAITING, ServiceClass.BATCH, 20);
    lifecycle(
        RequestStatus.newBuilder(Samples.status("a", RequestState.WAITING, ServiceClass.BATCH, 5))
            .setTenant("another")
            .build());
    assertThat(cli.run("backlog", "--json")).isZero();
    assertThat(cli.json().getFirst().get("waiting").asInt()).isEqualTo(2);
  }

  @Test
  void statusShowsTheLastStateOfEachIdInTheOrderAsked() {
    lifecycle("a", RequestState.WAITING, ServiceClass.BATCH, 20);
    lifecycle("b", RequestState.WAITING, ServiceClass.BATCH, 20);
    lifecycle("a", RequestState.LEASED, ServiceClass.BATCH, 5);
    assertThat(cli.run("status", "b", "a", "--json")).isZero();
    assertThat(cli.json().stream().map(j -> j.get("id").asText())).containsExactly("b", "a");
    assertThat(cli.json().getLast().get("state").asText()).isEqualTo("LEASED");
    assertThat(cli.json().getLast().get("changedAt").asText()).isEqualTo("2026-11-22T11:59:55Z");
  }

  @Test
  void statusOfAnUnknownIdFailsAndStillShowsTheOthers() {
    lifecycle("a", RequestState.SUCCEEDED, ServiceClass.BATCH, 5);
    assertThat(cli.run("status", "a", "nobody")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.out()).contains("SUCCEEDED").contains("unknown");
  }

  @Test
  void resultsAreFilteredByTenantAndIdAndLimited() {
    for (String id : List.of("a", "b", "c", "d")) {
      InferenceRequest request =
          InferenceRequest.newBuilder(Samples.request(id))
              .setTenant(id.equals("a") ? "other" : "acme")
              .build();
      cli.write(cli.names.results(), CliHarness.NOW, id, Samples.succeeded(request));
    }
    assertThat(cli.run("results", "--tenant", "acme", "--limit", "2", "--json")).isZero();
    assertThat(cli.json().stream().map(j -> j.get("id").asText())).containsExactly("b", "c");
    assertThat(cli.run("results", "--id", "d", "--json")).isZero();
    JsonNode result = cli.json().getFirst();
    assertThat(result.get("body").get("data").get(0).asDouble()).isEqualTo(1.5);
    assertThat(result.get("usage").get("promptTokens").asLong()).isEqualTo(3);
  }

  @Test
  void resultsStartAtATimeAgo() {
    cli.write(
        cli.names.results(),
        CliHarness.NOW.minus(Duration.ofMinutes(20)),
        "old",
        Samples.succeeded(Samples.request("old")));
    cli.write(
        cli.names.results(),
        CliHarness.NOW.minus(Duration.ofMinutes(5)),
        "new",
        Samples.succeeded(Samples.request("new")));
    assertThat(cli.run("results", "--from", "10m")).isZero();
    assertThat(cli.out()).contains("new").doesNotContain("old");
    assertThat(cli.run("results", "--from", "yesterday")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("--from is 'yesterday'");
  }

  @Test
  void anUnreadableResultIsCountedAndTheNextOnesShown() {
    cli.log.add(cli.names.results(), CliHarness.NOW, "bad", "no avro".getBytes(UTF_8));
    cli.write(cli.names.results(), CliHarness.NOW, "a", Samples.succeeded(Samples.request("a")));
    assertThat(cli.run("results", "--json")).isZero();
    assertThat(cli.json()).hasSize(1);
    assertThat(cli.err()).contains("1 records of penstock.results could not be read");
  }

  @Test
  void backlogCountsWhatWaitsByModelAndClassAndSaysHowOldItIs() {
    lifecycle("a", RequestState.WAITING, ServiceClass.BATCH, 90);
    lifecycle("b", RequestState.WAITING, ServiceClass.BATCH, 30);
    lifecycle("c", RequestState.LEASED, ServiceClass.BATCH, 10);
    lifecycle("d", RequestState.WAITING, ServiceClass.INTERACTIVE, 7);
    lifecycle("d", RequestState.SUCCEEDED, ServiceClass.INTERACTIVE, 6);
    assertThat(cli.run("backlog", "--json")).isZero();
    assertThat(cli.json())
        .singleElement()
        .hasToString(
            "{\"model\":\"minilm\",\"class\":\"BATCH\",\"accepted\":0,\"waiting\":2,\"leased\":1,"
                + "\"oldestWaitingSeconds\":90.0,\"asOf\":\"2026-11-22T11:59:54Z\"}");
    assertThat(cli.run("backlog")).isZero();
    assertThat(cli.out()).contains("1m30s");
    assertThat(cli.err()).contains("newest lifecycle record: 6.0s ago");
  }

  @Test
  void workersShowTheLatestSessionWithItsOpenWindow() {
    String topic = cli.names.demand();
    cli.write(topic, CliHarness.NOW, "w", Samples.demand("w", "s1", 9, 90, 2));
    cli.write(topic, CliHarness.NOW, "w", Samples.demand("w", "s2", 1, 8, 5));
    cli.write(topic, CliHarness.NOW, "w", Samples.demand("w", "s1", 10, 99, 2));
    assertThat(cli.run("workers", "--json")).isZero();
    JsonNode worker = cli.json().getFirst();
    assertThat(cli.json()).hasSize(1);
    assertThat(worker.get("session").asText()).isEqualTo("s2");
    assertThat(worker.get("window").asLong()).isEqualTo(3);
    assertThat(worker.get("heartbeatAgeSeconds").asDouble()).isEqualTo(0.5);
    assertThat(cli.run("workers")).isZero();
    assertThat(cli.out()).contains("1/4").contains("1234/-");
  }

  @Test
  void workersSayWhoIsPausedUntilWhenAndWhy() {
    WorkerDemand paused =
        WorkerDemand.newBuilder(Samples.demand("w\u001b", "s1", 1, 8, 5))
            .setPausedUntil(CliHarness.NOW.plusSeconds(12))
            .setPauseReason("engine_rate_limited: slow\ndown")
            .build();
    cli.write(cli.names.demand(), CliHarness.NOW, "w", paused);

    assertThat(cli.run("workers")).isZero();
    assertThat(cli.out()).contains("PAUSED 12s").contains("w\\u001b").doesNotContain("\u001b");
    assertThat(cli.out() + cli.err()).contains("engine_rate_limited: slow\\ndown");
    assertThat(cli.run("workers", "--json")).isZero();
    assertThat(cli.json().getLast().get("pausedUntil").asText())
        .isEqualTo(CliHarness.NOW.plusSeconds(12).toString());
  }

  @Test
  void cancelSendsEachIdOnce() {
    assertThat(cli.run("cancel", "a", "b", "a")).isZero();
    assertThat(cli.run("cancel", "--tenant", "acme", "a")).isZero();
    assertThat(cli.cancelled).containsExactly("default/a", "default/b", "acme/a");
  }

  @Test
  void cancelNamesTheTenantWhoseRequestItIs() {
    lifecycle("a", RequestState.WAITING, ServiceClass.BATCH, 5);
    assertThat(cli.run("cancel", "a", "unknown")).isZero();
    assertThat(cli.run("cancel", "a", "--tenant", "zoo")).isZero();
    assertThat(cli.cancelled).containsExactly("acme/a", "default/unknown", "zoo/a");
    assertThat(cli.err()).isEmpty();
  }

  @Test
  void anIdOfSeveralTenantsIsSaidToBeAndNotCancelledOrJudgedWithoutOne() {
    lifecycle("x", RequestState.WAITING, ServiceClass.BATCH, 5);
    RequestStatus other =
        RequestStatus.newBuilder(Samples.status("x", RequestState.SUCCEEDED, ServiceClass.BATCH, 2))
            .setTenant("zoo")
            .build();
    cli.write(cli.names.lifecycle(), CliHarness.NOW, "x", other);
    String several =
        "id x is that of several tenants' requests (acme, zoo); name one with --tenant";

    assertThat(cli.run("status", "x", "--json")).isZero();
    assertThat(cli.json().stream().map(json -> json.get("tenant").asText()))
        .containsExactly("acme", "zoo");
    assertThat(cli.err()).contains(several);
    assertThat(cli.run("status", "x", "--tenant", "zoo")).isZero();
    assertThat(cli.out()).contains("SUCCEEDED").doesNotContain("WAITING");

    assertThat(cli.run("cancel", "x")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.err()).contains(several);
    assertThat(cli.cancelled).isEmpty();

    assertThat(cli.run("feedback", "x", "--score", "1")).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains(several);
    assertThat(cli.run("feedback", "x", "--score", "1", "--tenant", "zoo")).isZero();
    assertThat(cli.feedback.getFirst().getTenant()).contains("zoo");
  }

  @Test
  void resultsOfOneIdAndSeveralTenantsAreSaidToBe() {
    for (String tenant : List.of("acme", "zoo")) {
      InferenceRequest request =
          InferenceRequest.newBuilder(Samples.request("x")).setTenant(tenant).build();
      cli.write(cli.names.results(), CliHarness.NOW, "x", Samples.succeeded(request));
    }
    assertThat(cli.run("results", "--id", "x")).isZero();
    assertThat(cli.out().lines()).hasSize(2);
    assertThat(cli.err()).contains("several tenants' requests (acme, zoo)");
    assertThat(cli.run("results", "--id", "x", "--tenant", "acme")).isZero();
    assertThat(cli.out().lines()).hasSize(1);
    assertThat(cli.err()).isEmpty();
  }

  @Test
  void modelsAreListedAndRemoved() {
    cli.models.add(
        ModelSpec.newBuilder()
            .setName("minilm")
            .setEndpoints(List.of("/v1/embeddings"))
            .setContextWindow(512)
            .setMaxOutputTokens(0)
            .setUpdatedAt(CliHarness.NOW)
            .build());
    assertThat(cli.run("models", "list", "--json")).isZero();
    assertThat(cli.json().getFirst().get("name").asText()).isEqualTo("minilm");
    assertThat(cli.run("models", "remove", "minilm")).isZero();
    assertThat(cli.run("models", "remove", "minilm")).isEqualTo(ExitCodes.FAILURE);
    assertThat(cli.err()).contains("there is no model 'minilm'");
  }

  @Test
  void modelsHealthAddsUpPartitionsAndLeavesOutWhatIsOld() {
    fleet("m", 0, TargetHealth.UNHEALTHY, CliHarness.NOW.minusSeconds(2));
    fleet("m", 1, TargetHealth.HEALTHY, CliHarness.NOW.minusSeconds(1));
    fleet("gone", 0, TargetHealth.HEALTHY, CliHarness.NOW.minusSeconds(60));

    assertThat(cli.run("models", "health", "--json")).isZero();

    assertThat(cli.json()).hasSize(1);
    assertThat(cli.json().getFirst().get("target").asText()).isEqualTo("m");
    assertThat(cli.json().getFirst().get("health").asText()).isEqualTo("HEALTHY");
    assertThat(cli.json().getFirst().get("workers").asInt()).isEqualTo(4);
    assertThat(cli.json().getFirst().get("waiting").get("BATCH").asLong()).isEqualTo(14);
  }

  @Test
  void modelsHistoryShowsRevisionsAndRollbackNamesWhatChanged() {
    cli.revisions.add(new Revision("2", "added n", CliHarness.NOW, "{\"models\":[]}"));

    assertThat(cli.run("models", "history")).isZero();
    assertThat(cli.out()).contains("added n");
    assertThat(cli.run("models", "rollback", "1")).isZero();
    assertThat(cli.rolledBackTo).containsExactly("1");
    assertThat(cli.out()).contains("updated m").contains("removed n");
    assertThat(cli.run("models", "rollback", "999")).isEqualTo(1);
    assertThat(cli.err()).contains("revision 999 is not kept; 'penstock models history' lists");
  }

  private void fleet(String model, int partition, TargetHealth health, Instant at) {
    FleetReport report =
        FleetReport.newBuilder()
            .setPartition(partition)
            .setModel(model)
            .setHealth(health)
            .setHealthSince(at)
            .setWorkers(2)
            .setSlots(8)
            .setLeased(3)
            .setBacklog(
                List.of(
                    ClassBacklog.newBuilder()
                        .setServiceClass(ServiceClass.BATCH)
                        .setRequests(7)
                        .setPromptTokens(70)
                        .setOutputTokens(700)
                        .build()))
            .setStartedAt(at)
            .setSentAt(at)
            .build();
    cli.write(cli.names.fleet(), at, FleetView.key(report), report);
  }
}
