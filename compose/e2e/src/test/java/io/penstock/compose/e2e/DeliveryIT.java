package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.compose.kafka.EmbeddedKafka;
import io.penstock.compose.kafka.EmbeddedKafkaConfig;
import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicAdmin;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.delivery.DeliveryApplication;
import io.penstock.streams.delivery.DeliveryConfig;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The delivery job on real Kafka, given results as score and dispatch write them. */
class DeliveryIT {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final TopicSettings TOPICS = TopicSettings.DEFAULT;
  private static final int MIB = 1024 * 1024;

  @TempDir static Path folder;

  private static EmbeddedKafka kafka;
  private static ClusterConnection connection;
  private static Admin admin;
  private static KafkaProducer<String, byte[]> producer;
  private static Serializer<InferenceResult> serializer;

  @BeforeAll
  static void startKafka() throws Exception {
    kafka = new EmbeddedKafka(new EmbeddedKafkaConfig(folder.resolve("kafka"), 0, 20 * MIB));
    kafka.start();
    connection = new ClusterConnection(kafka.bootstrapServers(), "mock://delivery-it");
    admin = Admin.create(connection.with(Map.of()));
    TopicAdmin.ensure(admin, TOPICS);
    producer =
        new KafkaProducer<>(
            connection.with(Map.of("max.request.size", 20 * MIB, "linger.ms", 0)),
            new StringSerializer(),
            new ByteArraySerializer());
    serializer = new AvroSerdes(connection).serializer(InferenceResult.class);
  }

  @AfterAll
  static void stopKafka() {
    producer.close(Duration.ZERO);
    admin.close(Duration.ZERO);
    kafka.close();
  }

  @Test
  void everyResultIsCopiedOnceWhileInstancesComeAndGo() throws Exception {
    create("replies.many", Map.of());
    List<String> ids = new ArrayList<>();
    List<DeliveryApplication> running = new ArrayList<>();
    running.add(start(new SimpleMeterRegistry()));
    for (int i = 0; i < 3_000; i++) {
      ids.add(result("many", "many-" + i, "replies.many", 100));
      if (i % 500 == 250) {
        running.add(start(new SimpleMeterRegistry()));
      }
      if (i % 500 == 499) {
        running.removeFirst().close();
      }
      Thread.sleep(1);
    }
    try (ResultsLog<InferenceResult> replies = ResultsLog.of(connection, "replies.many")) {
      assertThat(replies.await(ids, PATIENCE).values()).allMatch(each -> each.size() == 1);
    } finally {
      running.forEach(DeliveryApplication::close);
    }
  }

  @Test
  void whatFailsForOneReplyTopicHarmsNoOther() throws Exception {
    create("replies.good", Map.of());
    create("replies.small", Map.of("max.message.bytes", Integer.toString(MIB)));
    for (String foreign : List.of("_schemas", "connect-offsets", "orders", "replies.other")) {
      create(foreign, Map.of());
    }
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    List<String> good = new ArrayList<>();
    List<String> bad = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      bad.add(result("small", "large-" + i, "replies.small", 2 * MIB));
      good.add(result("good", "good-" + i, "replies.good", 100));
    }
    String fits = result("small", "fits", "replies.small", 100);
    bad.add(result("missing", "missing", "replies.missing", 100));
    for (String foreign : List.of("_schemas", "connect-offsets", "orders", "replies.other")) {
      bad.add(result("good", "to-" + foreign, foreign, 100));
    }
    bad.add(result("good", "to-leases", TOPICS.names().leases(), 100));
    good.add(result("good", "good-last", "replies.good", 100));
    try (DeliveryApplication _ = start(registry);
        ResultsLog<InferenceResult> replies = ResultsLog.of(connection, "replies.good");
        ResultsLog<InferenceResult> small = ResultsLog.of(connection, "replies.small");
        ResultsLog<DeadLetter> letters =
            ResultsLog.of(connection, TOPICS.names().deadLetters(), DeadLetter.class)) {
      assertThat(replies.await(good, PATIENCE).values()).allMatch(each -> each.size() == 1);
      assertThat(registry.get("penstock.delivery.topics.set.aside").gauge().value()).isZero();
      small.awaitOne(fits, PATIENCE);
      Map<String, List<DeadLetter>> found = letters.await(bad, PATIENCE);
      assertThat(found.values()).allMatch(each -> each.size() == 1);
      assertThat(code(found, "large-0")).isEqualTo("reply_topic_too_small");
      assertThat(code(found, "missing")).isEqualTo("reply_topic_missing");
      assertThat(code(found, "to-_schemas")).isEqualTo("reply_topic_not_allowed");
      for (String foreign : List.of("_schemas", "connect-offsets", "orders", "replies.other")) {
        assertThat(code(found, "to-" + foreign)).isEqualTo("reply_topic_not_allowed");
        assertThat(end(foreign)).as(foreign).isZero();
      }
      assertThat(admin.listTopics().names().get()).doesNotContain("replies.missing");
    }
  }

  @Test
  void aCopyIsThereSomeMillisecondsAfterItsResult() throws Exception {
    create("replies.soon", Map.of());
    try (DeliveryApplication _ = start(new SimpleMeterRegistry());
        ResultsLog<InferenceResult> soon = ResultsLog.of(connection, "replies.soon")) {
      soon.awaitSoon(List.of(result("soon", "first", "replies.soon", 100)), PATIENCE);
      List<Long> micros = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        long began = System.nanoTime();
        soon.awaitSoon(List.of(result("soon", "soon-" + i, "replies.soon", 100)), PATIENCE);
        micros.add((System.nanoTime() - began) / 1_000);
      }
      micros.sort(null);
      System.out.printf(
          "delivery, result written to copy read: p50 %d us, p90 %d us%n",
          micros.get(50), micros.get(90));
      assertThat(micros.get(50)).isLessThan(Duration.ofSeconds(1).toNanos() / 1_000);
    }
  }

  private static DeliveryApplication start(SimpleMeterRegistry registry)
      throws InterruptedException {
    DeliveryApplication application =
        new DeliveryApplication(DeliveryConfig.DEFAULT, connection, TOPICS, registry);
    application.start();
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (application.problem().isPresent()) {
      assertThat(System.nanoTime()).as(application.problem().toString()).isLessThan(until);
      Thread.sleep(20);
    }
    return application;
  }

  private static String result(String tenant, String id, String replyTopic, int bytes)
      throws Exception {
    Instant now = Instant.now();
    InferenceResult result =
        InferenceResult.newBuilder()
            .setId(id)
            .setTenant(tenant)
            .setEndpoint("/v1/embeddings")
            .setStatus(TerminalStatus.SUCCEEDED)
            .setStatusCode(200)
            .setBody(ByteBuffer.wrap(new byte[bytes]))
            .setServiceClass(ServiceClass.STANDARD)
            .setRequestedModel("m")
            .setAttempts(1)
            .setAcceptedAt(now)
            .setFinishedAt(now)
            .setReplyTopic(replyTopic)
            .build();
    String topic = TOPICS.names().results();
    producer
        .send(new ProducerRecord<>(topic, id, serializer.serialize(topic, result)))
        .get(30, TimeUnit.SECONDS);
    return id;
  }

  private static String code(Map<String, List<DeadLetter>> letters, String id) {
    return letters.get(id).getFirst().getFailure().getCode();
  }

  private static void create(String topic, Map<String, String> configs) throws Exception {
    admin
        .createTopics(Set.of(new NewTopic(topic, 1, (short) 1).configs(configs)))
        .all()
        .get(30, TimeUnit.SECONDS);
  }

  private static long end(String topic) throws Exception {
    var partition = new TopicPartition(topic, 0);
    return admin
        .listOffsets(Map.of(partition, OffsetSpec.latest()))
        .partitionResult(partition)
        .get(30, TimeUnit.SECONDS)
        .offset();
  }
}
