package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.client.InferenceRequests;
import io.penstock.schemas.client.PenstockClient;
import io.penstock.schemas.client.PenstockClientConfig;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole Penstock that is killed while requests wait, and started again on the same folder. */
class KilledNodeIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int REQUESTS = 400;
  private static final String REPLIES = "replies.default";

  @TempDir Path home;

  @Test
  void everythingThatWaitedIsAnsweredOnceAfterTheRestart() throws Exception {
    List<String> ids = new ArrayList<>();
    int answeredBefore;
    try (PenstockProcess first = up()) {
      ClusterConnection connection = connection(first.awaitReady());
      create(REPLIES, connection);
      try (PenstockClient client =
              PenstockClient.open(PenstockClientConfig.of(connection, TopicSettings.DEFAULT));
          ResultsLog<InferenceResult> results = results(connection)) {
        for (int i = 0; i < REQUESTS; i++) {
          InferenceRequest request =
              InferenceRequests.embedding("embedding", "sentence number " + i)
                  .setServiceClass(ServiceClass.BATCH)
                  .setReplyTopic(REPLIES)
                  .build();
          client.send(request).get(30, TimeUnit.SECONDS);
          ids.add(request.getId());
        }
        results.awaitSoon(ids.subList(0, 1), PATIENCE);
        answeredBefore = results.count();
      }
      first.kill();
    }
    assertThat(answeredBefore).as("killed while some still waited").isLessThan(REQUESTS);
    try (PenstockProcess second = up()) {
      ClusterConnection connection = connection(second.awaitReady());
      try (ResultsLog<InferenceResult> results = results(connection);
          ResultsLog<InferenceResult> replies = ResultsLog.of(connection, REPLIES)) {
        Map<String, List<InferenceResult>> found = results.await(ids, PATIENCE);
        assertThat(found.values()).allMatch(each -> each.size() == 1);
        assertThat(found.values())
            .allMatch(each -> each.getFirst().getStatus() == TerminalStatus.SUCCEEDED);
        assertThat(replies.await(ids, PATIENCE).values())
            .as("each is copied once, whenever the delivery job was killed")
            .allMatch(each -> each.size() == 1);
      }
    }
  }

  private static void create(String topic, ClusterConnection connection) throws Exception {
    try (Admin admin = Admin.create(connection.with(Map.of()))) {
      admin.createTopics(Set.of(new NewTopic(topic, 2, (short) 1))).all().get(30, TimeUnit.SECONDS);
    }
  }

  private PenstockProcess up() throws Exception {
    return PenstockProcess.start(
        home,
        "up",
        "--data",
        home.resolve("data").toString(),
        "--kafka-port",
        "0",
        "--registry-port",
        "0",
        "--operations-port",
        "0",
        "--http-port",
        "0",
        "--json");
  }

  private static ClusterConnection connection(JsonNode ready) {
    return new ClusterConnection(ready.get("kafka").asText(), ready.get("registry").asText());
  }

  private static ResultsLog<InferenceResult> results(ClusterConnection connection) {
    return ResultsLog.of(connection, TopicSettings.DEFAULT.names().results());
  }
}
