package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.compose.node.PenstockNode;
import io.penstock.schemas.ChunkEnd;
import io.penstock.schemas.ChunkKind;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenChunk;
import io.penstock.schemas.client.InferenceRequests;
import io.penstock.schemas.client.PenstockClient;
import io.penstock.schemas.client.PenstockClientConfig;
import io.penstock.schemas.models.Endpoint;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.HomePartitions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Requests whose answers are wanted piece by piece, and where everything of them is written. */
@ExtendWith(PenstockFixture.class)
class StreamIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path home;

  @Test
  void piecesComeInOrderToTheHomeAndTogetherAreTheResult(PenstockNode node) throws Exception {
    TestModels.register(node, "streamed", Endpoint.CHAT_COMPLETIONS);
    try (PenstockProcess worker = worker(node, "streamed-1", "streamed");
        PenstockClient client = client(node)) {
      worker.awaitReady();
      for (int partition = 0; partition < node.topics().otherPartitions(); partition++) {
        String replyKey = keyOf(partition, node.topics().otherPartitions());
        InferenceRequest request = request("streamed", 30).setReplyKey(replyKey).build();
        client.send(request).get(30, TimeUnit.SECONDS);

        List<TokenChunk> chunks =
            read(
                node,
                node.topics().names().chunks(),
                partition,
                TokenChunk.class,
                request,
                1,
                chunk -> chunk.getKind() == ChunkKind.END);
        InferenceResult result =
            read(
                    node,
                    node.topics().names().results(),
                    partition,
                    InferenceResult.class,
                    request,
                    1,
                    _ -> true)
                .getLast();
        RequestStatus status =
            read(
                    node,
                    node.topics().names().lifecycle(),
                    partition,
                    RequestStatus.class,
                    request,
                    1,
                    each -> each.getResultTopic().isPresent())
                .getLast();

        assertNumbered(chunks);
        assertThat(chunks.getLast().getEnd()).contains(ChunkEnd.COMPLETE);
        assertThat(chunks.size()).as("a piece for each token and two ends").isEqualTo(32);
        assertThat(result.getStatus()).isEqualTo(TerminalStatus.SUCCEEDED);
        assertThat(text(chunks))
            .isEqualTo(
                JSON.readTree(utf8(result.getBody().orElseThrow()))
                    .at("/choices/0/message/content")
                    .asText());
        assertThat(result.getFirstTokenAt()).isPresent();
        assertThat(status.getReplyKey()).contains(replyKey);
      }
    }
  }

  @Test
  void anAttemptAfterAKilledWorkersBeginsAnewUnderAnotherNumber(PenstockNode node)
      throws Exception {
    TestModels.register(node, "cut", Endpoint.CHAT_COMPLETIONS);
    try (PenstockProcess first = worker(node, "cut-1", "cut");
        PenstockClient client = client(node)) {
      first.awaitReady();
      InferenceRequest request = request("cut", 400).build();
      client.send(request).get(30, TimeUnit.SECONDS);
      int partition = HomePartitions.of(request.getId(), node.topics().otherPartitions());
      String topic = node.topics().names().chunks();
      read(node, topic, partition, TokenChunk.class, request, 5, _ -> true);
      first.kill();
      try (PenstockProcess second = worker(node, "cut-2", "cut")) {
        second.awaitReady();
        List<TokenChunk> chunks =
            read(
                node,
                topic,
                partition,
                TokenChunk.class,
                request,
                1,
                chunk -> chunk.getEnd().filter(ChunkEnd.COMPLETE::equals).isPresent());

        List<Integer> attempts = chunks.stream().map(TokenChunk::getAttempt).distinct().toList();
        assertThat(attempts).hasSizeGreaterThan(1).isSorted();
        Set<List<Integer>> places = new HashSet<>();
        assertThat(chunks)
            .allSatisfy(
                each ->
                    assertThat(places.add(List.of(each.getAttempt(), each.getSequence())))
                        .as("attempt %d, number %d", each.getAttempt(), each.getSequence())
                        .isTrue());
        for (int attempt : attempts) {
          assertNumbered(chunks.stream().filter(each -> each.getAttempt() == attempt).toList());
        }
      }
    }
  }

  private static void assertNumbered(List<TokenChunk> chunks) {
    for (int i = 0; i < chunks.size(); i++) {
      assertThat(chunks.get(i).getSequence()).isEqualTo(i);
      assertThat(chunks.get(i).getKind() == ChunkKind.END && i < chunks.size() - 1).isFalse();
    }
  }

  private static String text(List<TokenChunk> chunks) throws IOException {
    StringBuilder text = new StringBuilder();
    for (TokenChunk chunk : chunks) {
      if (chunk.getKind() == ChunkKind.DELTA) {
        text.append(JSON.readTree(utf8(chunk.getData())).at("/choices/0/delta/content").asText(""));
      }
    }
    return text.toString();
  }

  private static String utf8(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }

  /** Reads one partition from its beginning, until so many records of a request are as wanted. */
  private static <T extends SpecificRecord> List<T> read(
      PenstockNode node,
      String topic,
      int partition,
      Class<T> type,
      InferenceRequest request,
      int count,
      Predicate<T> wanted) {
    Deserializer<T> values = new AvroSerdes(node.connection()).deserializer(type);
    List<T> found = new ArrayList<>();
    long until = System.nanoTime() + PATIENCE.toNanos();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            node.connection()
                .with(Map.of("isolation.level", "read_committed", "enable.auto.commit", "false")),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> one = List.of(new TopicPartition(topic, partition));
      consumer.assign(one);
      consumer.seekToBeginning(one);
      while (found.stream().filter(wanted).count() < count) {
        assertThat(System.nanoTime()).as("%d on %s-%d", count, topic, partition).isLessThan(until);
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          if (record.key().endsWith(request.getId())) {
            found.add(values.deserialize(topic, record.value()));
          }
        }
      }
    }
    return found;
  }

  private static String keyOf(int partition, int count) {
    for (int i = 0; ; i++) {
      if (HomePartitions.of("home-" + i, count) == partition) {
        return "home-" + i;
      }
    }
  }

  private static InferenceRequest.Builder request(String model, int tokens) {
    String body =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"max_tokens\":%d,\"stream\":true}"
            .formatted(tokens);
    return InferenceRequests.of(Endpoint.CHAT_COMPLETIONS, model, body)
        .setServiceClass(ServiceClass.STANDARD)
        .setStream(true);
  }

  private PenstockProcess worker(PenstockNode node, String id, String model) throws IOException {
    return TestWorkers.start(node, home, id, model);
  }

  private static PenstockClient client(PenstockNode node) {
    return PenstockClient.open(PenstockClientConfig.of(node.connection(), node.topics()));
  }
}
