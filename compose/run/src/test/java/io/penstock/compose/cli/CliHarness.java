package io.penstock.compose.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.schemas.Feedback;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.client.PenstockClientException;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.models.ModelChanges;
import io.penstock.schemas.policies.RoutingPublisher;
import io.penstock.schemas.registry.RegistryLog;
import io.penstock.schemas.routing.Revision;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingKind;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Runs commands in this process against a cluster in memory, at a standing clock. */
public final class CliHarness implements Cluster, RequestGateway, ModelRegistry {

  public static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  final FakeTopicLog log = new FakeTopicLog();
  public final AvroSerdes serdes = new AvroSerdes("mock://cli");
  public final TopicNames names = TopicNames.DEFAULT;
  public final Map<String, String> variables = new HashMap<>();
  public final List<InferenceRequest> submitted = new ArrayList<>();
  public final List<InferenceRequest> produced = new ArrayList<>();
  public final List<ResultFormat> formats = new ArrayList<>();
  public final List<String> cancelled = new ArrayList<>();
  public final List<Revision> revisions = new ArrayList<>();
  public final List<String> rolledBackTo = new ArrayList<>();
  public final List<Feedback> feedback = new ArrayList<>();
  public final List<ModelSpec> models = new ArrayList<>();
  public final List<RoutingDocument> documents = new ArrayList<>();
  public Function<InferenceRequest, InferenceResult> answer = Samples::succeeded;
  public @Nullable ClusterConnection asked;
  public @Nullable TopicNames askedNames;
  public @Nullable TopicSettings askedTopics;
  public @Nullable CliException refusal;
  private Connector connector = this::connect;
  private Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
  private final Path home;
  private ByteArrayOutputStream out = new ByteArrayOutputStream();
  private ByteArrayOutputStream err = new ByteArrayOutputStream();

  public CliHarness(Path home) {
    this.home = home;
  }

  public Environment environment() {
    out = new ByteArrayOutputStream();
    err = new ByteArrayOutputStream();
    return new Environment(
        variables,
        home,
        clock,
        new Console(
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            false,
            false,
            false,
            120),
        connector);
  }

  /** The same before a real cluster, at the present time. */
  public CliHarness atKafka() {
    connector = KafkaCluster::connect;
    clock = Clock.systemUTC();
    return this;
  }

  private Cluster connect(ClusterConnection connection, TopicSettings configured) {
    asked = connection;
    askedTopics = configured;
    askedNames = configured.names();
    if (refusal != null) {
      throw refusal;
    }
    return this;
  }

  public int run(String... arguments) {
    return PenstockCli.run(environment(), arguments);
  }

  public String out() {
    return out.toString(UTF_8);
  }

  public String err() {
    return err.toString(UTF_8);
  }

  /** What was printed to stdout, a JSON value a line. */
  public List<JsonNode> json() {
    return out()
        .lines()
        .map(
            line -> {
              try {
                return new ObjectMapper().readTree(line);
              } catch (JsonProcessingException e) {
                throw new AssertionError("no JSON: " + line, e);
              }
            })
        .toList();
  }

  public <T extends SpecificRecord> void write(String topic, Instant time, String key, T value) {
    @SuppressWarnings("unchecked")
    Class<T> type = (Class<T>) value.getClass();
    log.add(topic, time, key, serdes.serializer(type).serialize(topic, value));
  }

  @Override
  public ClusterConnection connection() {
    return new ClusterConnection("127.0.0.1:9092", "mock://cli");
  }

  @Override
  public TopicNames names() {
    return names;
  }

  @Override
  public AvroSerdes serdes() {
    return serdes;
  }

  @Override
  public TopicSettings topics() {
    return TopicSettings.DEFAULT;
  }

  @Override
  public TopicLog log() {
    return log;
  }

  @Override
  public RequestGateway requests() {
    return this;
  }

  @Override
  public ModelRegistry models() {
    return this;
  }

  @Override
  public RoutingPublisher routing() {
    return new RoutingPublisher(
        TopicSettings.DEFAULT,
        new RegistryLog(
            serdes,
            this::routingTopic,
            () -> {
              throw new UnsupportedOperationException("changing the routing needs a cluster");
            }),
        InstantSource.fixed(NOW));
  }

  private Consumer<String, byte[]> routingTopic() {
    String topic = names.routing();
    MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
    TopicPartition partition = new TopicPartition(topic, 0);
    consumer.updatePartitions(topic, List.of(new PartitionInfo(topic, 0, null, null, null)));
    consumer.updateBeginningOffsets(Map.of(partition, 0L));
    consumer.updateEndOffsets(Map.of(partition, (long) documents.size()));
    Serializer<RoutingEntry> values = serdes.serializer(RoutingEntry.class);
    consumer.schedulePollTask(
        () -> {
          for (int i = 0; i < documents.size(); i++) {
            RoutingDocument document = documents.get(i);
            byte[] value =
                values.serialize(topic, RoutingCodec.entry(document, 1, "test", null, NOW));
            String key = RoutingKind.of(document).key(document.name());
            consumer.addRecord(new ConsumerRecord<>(topic, 0, i, key, value));
          }
        });
    return consumer;
  }

  @Override
  public List<Revision> history() {
    return revisions;
  }

  @Override
  public Optional<ModelChanges> rollback(String revision) {
    if (revision.equals("999")) {
      return Optional.empty();
    }
    rolledBackTo.add(revision);
    return Optional.of(new ModelChanges(List.of(), List.of("m"), List.of(), List.of("n")));
  }

  @Override
  public CompletableFuture<InferenceResult> submit(InferenceRequest request) {
    submitted.add(request);
    try {
      return CompletableFuture.completedFuture(answer.apply(request));
    } catch (KafkaException | PenstockClientException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<Void> produce(InferenceRequest request) {
    return produce(request, ResultFormat.AVRO);
  }

  @Override
  public CompletableFuture<Void> produce(InferenceRequest request, ResultFormat format) {
    produced.add(request);
    formats.add(format);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Void> cancel(String tenant, String requestId) {
    cancelled.add(tenant + "/" + requestId);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Void> feedback(Feedback judgement) {
    feedback.add(judgement);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public List<ModelSpec> list() {
    return models;
  }

  @Override
  public List<ModelSpec> apply(Path file) {
    return models;
  }

  @Override
  public void apply(List<ModelSpec> changed) {
    for (ModelSpec each : changed) {
      models.removeIf(model -> model.getName().equals(each.getName()));
      models.add(each);
    }
  }

  @Override
  public boolean remove(String name) {
    return models.removeIf(model -> model.getName().equals(name));
  }

  @Override
  public void close() {}
}
