package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.client.InferenceRequests;
import io.penstock.schemas.client.PenstockClient;
import io.penstock.schemas.client.PenstockClientConfig;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.models.ModelPublisher;
import io.penstock.workers.Worker;
import io.penstock.workers.WorkerConfig;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineListener;
import io.penstock.workers.engine.EngineLoad;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The main job on real parts: Kafka, registry, both Streams jobs, a worker, real embeddings. */
@ExtendWith(PenstockFixture.class)
@Tag(PenstockFixture.EVERY_KAFKA)
class MainJobIT {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String UNSERVED = "served-by-nobody";

  @Test
  void aRequestOnEachPriorityTopicGetsARealEmbeddingOnce(PenstockNode node) throws Exception {
    try (PenstockClient client = client(node);
        ResultsLog<InferenceResult> results = results(node)) {
      for (ServiceClass serviceClass : ServiceClass.values()) {
        InferenceRequest request =
            embedding("the penstock feeds the turbine").setServiceClass(serviceClass).build();
        InferenceResult result = client.submit(request).get(60, TimeUnit.SECONDS);
        assertThat(result.getStatus()).as(result.toString()).isEqualTo(TerminalStatus.SUCCEEDED);
        JsonNode body = new ObjectMapper().readTree(result.getBody().orElseThrow().array());
        assertThat(body.at("/data/0/embedding").size()).isEqualTo(384);
        assertThat(result.getUsage().orElseThrow().getPromptTokens()).isPositive();
        assertThat(result.getChoice().orElseThrow().getModel())
            .isEqualTo(NodeConfig.EMBEDDING_MODEL);
        assertThat(result.getServiceClass()).isEqualTo(serviceClass);
        assertThat(
                List.of(
                    result.getAcceptedAt(),
                    result.getQueuedAt().orElseThrow(),
                    result.getLeasedAt().orElseThrow(),
                    result.getStartedAt().orElseThrow(),
                    result.getEngineFinishedAt().orElseThrow(),
                    result.getFinishedAt()))
            .isSorted();
        results.awaitOne(request.getId(), PATIENCE);
      }
    }
  }

  @Test
  void aMalformedRecordAmongGoodOnesHarmsNobodyElse(PenstockNode node) throws Exception {
    String bad = Ids.next();
    try (PenstockClient client = client(node);
        ResultsLog<InferenceResult> results = results(node);
        ResultsLog<DeadLetter> letters = letters(node)) {
      InferenceRequest before = embedding("before").build();
      client.send(before).get(30, TimeUnit.SECONDS);
      sendRaw(node, bad, new byte[] {0, 1, 2, 3});
      InferenceRequest after = embedding("after").build();
      client.send(after).get(30, TimeUnit.SECONDS);
      assertThat(results.awaitOne(before.getId(), PATIENCE).getStatus())
          .isEqualTo(TerminalStatus.SUCCEEDED);
      assertThat(results.awaitOne(after.getId(), PATIENCE).getStatus())
          .isEqualTo(TerminalStatus.SUCCEEDED);
      assertThat(results.awaitOne(bad, PATIENCE).getStatus()).isEqualTo(TerminalStatus.FAILED);
      DeadLetter letter = letters.awaitOne(bad, PATIENCE);
      assertThat(letter.getSourceTopic()).isEqualTo("penstock.requests.standard");
      assertThat(letter.getSourceValue()).isPresent();
    }
  }

  @Test
  void anUnknownModelFailsAndNamesTheField(PenstockNode node) throws Exception {
    try (PenstockClient client = client(node)) {
      InferenceResult result =
          client
              .submit(InferenceRequests.embedding("no-such-model", "text").build())
              .get(60, TimeUnit.SECONDS);
      assertThat(result.getStatus()).isEqualTo(TerminalStatus.FAILED);
      assertThat(result.getError().orElseThrow().getCode()).isEqualTo("unknown_model");
      assertThat(result.getError().orElseThrow().getParam()).contains("model");
      assertThat(result.getError().orElseThrow().getRetryable()).isFalse();
    }
  }

  @Test
  void aRequestNobodyServesExpiresAtItsDeadline(PenstockNode node) throws Exception {
    register(node, UNSERVED);
    try (PenstockClient client = client(node)) {
      InferenceResult result =
          client
              .submit(
                  InferenceRequests.embedding(UNSERVED, "text")
                      .setDeadline(Instant.now().plusSeconds(3))
                      .build())
              .get(60, TimeUnit.SECONDS);
      assertThat(result.getStatus()).isEqualTo(TerminalStatus.EXPIRED);
      assertThat(result.getAttempts()).isZero();
    }
  }

  @Test
  void aWaitingRequestCanBeCancelled(PenstockNode node) throws Exception {
    register(node, UNSERVED);
    try (PenstockClient client = client(node);
        ResultsLog<RequestStatus> lifecycle =
            ResultsLog.of(
                node.connection(), node.topics().names().lifecycle(), RequestStatus.class)) {
      InferenceRequest request = InferenceRequests.embedding(UNSERVED, "text").build();
      var future = client.submit(request);
      String key = RequestKey.of(request.getTenant(), request.getId());
      assertThat(lifecycle.await(List.of(key), PATIENCE).get(key))
          .extracting(RequestStatus::getState)
          .containsExactly(RequestState.WAITING);
      client.cancel(request.getId()).get(30, TimeUnit.SECONDS);
      assertThat(future.get(60, TimeUnit.SECONDS).getStatus()).isEqualTo(TerminalStatus.CANCELLED);
    }
  }

  @Test
  void aRepeatedIdIsAnsweredOnce(PenstockNode node) throws Exception {
    InferenceRequest request = embedding("twice").build();
    try (PenstockClient client = client(node);
        ResultsLog<InferenceResult> results = results(node)) {
      client.send(request).get(30, TimeUnit.SECONDS);
      client.send(request).get(30, TimeUnit.SECONDS);
      results.awaitOne(request.getId(), PATIENCE);
      client.send(request).get(30, TimeUnit.SECONDS);
      InferenceRequest other = embedding("other").build();
      client.send(other).get(30, TimeUnit.SECONDS);
      results.awaitOne(other.getId(), PATIENCE);
      results.awaitOne(request.getId(), PATIENCE);
      InferenceResult again = results.awaitRepetition(request.getId(), PATIENCE);
      assertThat(again.getRepetition()).contains(Repetition.SAME);
      assertThat(again.getStatus()).isEqualTo(TerminalStatus.SUCCEEDED);
      assertThat(again.getBody()).isEmpty();
    }
  }

  @Test
  void anIdUsedForAnotherRequestOrOnAnotherTopicIsRefusedAsAConflict(PenstockNode node)
      throws Exception {
    InferenceRequest request = embedding("one thing").build();
    InferenceRequest other =
        InferenceRequest.newBuilder(request)
            .setServiceClass(ServiceClass.BATCH)
            .setBody(embedding("another thing").build().getBody())
            .build();
    try (PenstockClient client = client(node);
        ResultsLog<InferenceResult> results = results(node)) {
      client.send(request).get(30, TimeUnit.SECONDS);
      results.awaitOne(request.getId(), PATIENCE);
      client.send(other).get(30, TimeUnit.SECONDS);
      InferenceResult refused = results.awaitRepetition(request.getId(), PATIENCE);
      assertThat(refused.getRepetition()).contains(Repetition.CONFLICT);
      assertThat(refused.getError().orElseThrow().getCode()).isEqualTo("id_conflict");
      results.awaitOne(request.getId(), PATIENCE);
    }
  }

  @Test
  void theSameIdOfAnotherTenantRuns(PenstockNode node) throws Exception {
    InferenceRequest request = embedding("mine").build();
    InferenceRequest theirs =
        InferenceRequest.newBuilder(embedding("theirs").build())
            .setId(request.getId())
            .setTenant("somebody-else")
            .build();
    try (PenstockClient client = client(node);
        ResultsLog<InferenceResult> results = results(node)) {
      client.send(request).get(30, TimeUnit.SECONDS);
      results.awaitOne(request.getId(), PATIENCE);
      client.send(theirs).get(30, TimeUnit.SECONDS);
      results.awaitCount(request.getId(), 2, PATIENCE);
    }
  }

  @Test
  void aFailingEngineIsTriedAgainAndThenTheRequestIsBuried(PenstockNode node) throws Exception {
    register(node, "flaky");
    try (Worker worker =
            new Worker(
                new WorkerConfig("flaky-worker", List.of("flaky"), 2),
                node.connection(),
                node.topics(),
                new FailingEngine(),
                new SimpleMeterRegistry());
        PenstockClient client = client(node);
        ResultsLog<DeadLetter> letters = letters(node)) {
      worker.start();
      InferenceRequest request = InferenceRequests.embedding("flaky", "text").build();
      InferenceResult result = client.submit(request).get(60, TimeUnit.SECONDS);
      assertThat(result.getStatus()).isEqualTo(TerminalStatus.FAILED);
      assertThat(result.getAttempts()).isEqualTo(3);
      assertThat(result.getError().orElseThrow().getCode()).isEqualTo("always_fails");
      DeadLetter letter = letters.awaitOne(request.getId(), PATIENCE);
      assertThat(letter.getAttempts()).isEqualTo(3);
      assertThat(letter.getRequest().orElseThrow().getBody()).isEqualTo(request.getBody());
    }
  }

  private static InferenceRequest.Builder embedding(String text) {
    return InferenceRequests.embedding("embedding", text);
  }

  private static PenstockClient client(PenstockNode node) {
    return PenstockClient.open(PenstockClientConfig.of(node.connection(), node.topics()));
  }

  private static ResultsLog<InferenceResult> results(PenstockNode node) {
    return ResultsLog.of(node.connection(), node.topics().names().results());
  }

  private static ResultsLog<DeadLetter> letters(PenstockNode node) {
    return ResultsLog.of(node.connection(), node.topics().names().deadLetters(), DeadLetter.class);
  }

  private static void register(PenstockNode node, String model) throws Exception {
    new ModelPublisher(node.connection(), node.topics())
        .apply(
            List.of(
                ModelSpec.newBuilder()
                    .setName(model)
                    .setEndpoints(List.of("/v1/embeddings"))
                    .setContextWindow(8192)
                    .setMaxOutputTokens(0)
                    .setUpdatedAt(Instant.now())
                    .build()));
    // Scoring reads the registry beside the requests: a model is known a moment after it is
    // applied.
    try (PenstockClient client = client(node)) {
      boolean known = false;
      for (int attempt = 0; attempt < 50 && !known; attempt++) {
        InferenceResult result =
            client
                .submit(
                    InferenceRequests.embedding(model, "is it known?")
                        .setDeadline(Instant.now().plusMillis(1500))
                        .build())
                .get(30, TimeUnit.SECONDS);
        known =
            result.getError().filter(error -> error.getCode().equals("unknown_model")).isEmpty();
      }
      assertThat(known).as("%s is known to scoring", model).isTrue();
    }
  }

  private static void sendRaw(PenstockNode node, String key, byte[] value) throws Exception {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(
            node.connection().with(Map.of()), new StringSerializer(), new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(
                  node.topics().names().requests(ServiceClass.STANDARD), key, value))
          .get(30, TimeUnit.SECONDS);
    }
  }

  /** An engine that is up and fails everything, as one with a broken driver does. */
  private static final class FailingEngine implements Engine {

    @Override
    public String name() {
      return "failing";
    }

    @Override
    public boolean serves(String endpoint) {
      return true;
    }

    @Override
    public EngineReply run(EngineRequest request, EngineListener listener) {
      return new EngineReply.Failed(
          new Failure(
              FailureCategory.RETRYABLE, "always_fails", "It always fails.", null, 500, null));
    }

    @Override
    public Optional<EngineLoad> load() {
      return Optional.empty();
    }

    @Override
    public void close() {}
  }
}
