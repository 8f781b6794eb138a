package io.penstock.compose.secure;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.client.InferenceRequests;
import io.penstock.schemas.client.PenstockClient;
import io.penstock.schemas.client.PenstockClientConfig;
import io.penstock.schemas.client.RequestSender;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The clients that come by Kafka: one of each role, with the rights of that role. */
record SecureClients(SecureUsers users) {

  void requester() throws Exception {
    ClusterConnection connection = users.cluster().connection("requester");
    TopicSettings topics = TopicSettings.DEFAULT.withNames(SecureCluster.NAMES);
    try (Admin admin =
        Admin.create(users.cluster().administrator().with(Map.of("client.id", "test-replies")))) {
      admin
          .createTopics(
              List.of(new NewTopic("replies.default", Optional.of(1), Optional.of((short) 1))))
          .all()
          .get();
    }
    try (PenstockClient client = PenstockClient.open(PenstockClientConfig.of(connection, topics))) {
      for (ServiceClass each : ServiceClass.values()) {
        InferenceResult result =
            client
                .submit(InferenceRequests.completion("m", "hello").setServiceClass(each).build())
                .get(SecureUsers.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(result.getStatus()).as(result.toString()).isEqualTo(TerminalStatus.SUCCEEDED);
      }
      InferenceRequest json = InferenceRequests.completion("m", "as json").build();
      client
          .sendWanting(json, ResultFormat.JSON)
          .get(SecureUsers.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      users.awaitRecord("requester", SecureCluster.NAMES.resultsJson());
      client
          .send(
              InferenceRequests.completion("m", "elsewhere")
                  .setReplyTopic("replies.default")
                  .build())
          .get(SecureUsers.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      // Refused at once.
      client
          .submit(InferenceRequests.completion("no-such-model", "hello").build())
          .get(SecureUsers.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      client.cancel("default", "nothing").get(SecureUsers.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    users.as("requester", 1, "status nothing");
    users.as("requester", "models list");
    users.as("requester", "feedback some-request --score 1");
    // What nobody can serve becomes a dead letter, on either side of scoring.
    unreadable(SecureCluster.NAMES.requests(ServiceClass.INTERACTIVE));
    unreadable(SecureCluster.NAMES.outcomes());
    users.awaitRecord("operator", SecureCluster.NAMES.deadLetters());
    users.awaitAdministered("replies.default");
  }

  void operator() throws Exception {
    users.as("operator", "models list");
    users.as("operator", "models history");
    users.as("operator", "routing list");
    users.as("operator", "backlog");
    users.as("operator", "workers");
    users.as("operator", "costs");
    users.as(
        "operator",
        "feedback export --cheap m --strong n --out " + users.folder().resolve("out.csv"));
    users.as("operator", "dead-letters list --from 1h");
    try (RequestSender sender =
        RequestSender.open(
            PenstockClientConfig.of(
                users.cluster().connection("operator"),
                TopicSettings.DEFAULT.withNames(SecureCluster.NAMES)))) {
      sender.drain("nobody", "a test").get(SecureUsers.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    String letters = users.as("operator", "dead-letters list --json --from 1h").out();
    assertThat(letters).isNotEmpty();
    Path routing = users.folder().resolve("routing.yaml");
    Files.writeString(routing, "aliases: [{name: smart, models: [m]}]\n");
    users.as("operator", "routing apply " + routing);
  }

  void auditor() throws Exception {
    users.as("auditor", "workers");
    users.as("auditor", "backlog");
    users.as("auditor", "models list");
    users.as("auditor", "routing list");
    users.awaitRecord("auditor", SecureCluster.NAMES.control());
    users.awaitRecord("auditor", SecureCluster.NAMES.cancellations());
    assertThat(users.as("auditor", 1, "results --from 1h").err())
        .contains("Kafka does not permit this")
        .contains(SecureCluster.NAMES.results())
        .contains("penstock acls");
  }

  private void unreadable(String topic) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            users.cluster().administrator().with(Map.of()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, new byte[] {1}, new byte[] {2})).get();
    }
  }
}
