package io.penstock.compose.front;

import io.penstock.schemas.ChunkEnd;
import io.penstock.schemas.ChunkKind;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ResultError;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenChunk;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.HomePartitions;
import io.penstock.schemas.topics.TopicSettings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Stands in for score, dispatch and the workers: it answers each request as a test wrote down for
 * the request's model, so that the front can be tested with any course of events.
 */
final class ScriptedBackend implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(20);

  private final TopicSettings topics;
  private final AvroSerdes serdes;
  private final KafkaProducer<String, SpecificRecord> producer;
  private final Map<String, Consumer<Call>> scripts = new ConcurrentHashMap<>();
  private final Queue<InferenceRequest> seen = new ConcurrentLinkedQueue<>();
  private final Map<String, Call> running = new ConcurrentHashMap<>();
  private final Thread thread;
  private volatile boolean closed;

  ScriptedBackend(ClusterConnection connection, TopicSettings topics) {
    this.topics = topics;
    this.serdes = new AvroSerdes(connection);
    this.producer =
        new KafkaProducer<>(
            connection.with(Map.of("linger.ms", 0)),
            new StringSerializer(),
            serdes.serializer(SpecificRecord.class));
    this.thread =
        Thread.ofPlatform().daemon().name("scripted-backend").start(() -> read(connection));
  }

  /** What happens to requests for a model; runs on a thread of the request's own. */
  void on(String model, Consumer<Call> script) {
    scripts.put(model, script);
  }

  /** The requests for a model so far. */
  List<InferenceRequest> seen(String model) {
    return seen.stream().filter(each -> each.getModel().equals(model)).toList();
  }

  /** How many requests for a model were cancelled. */
  long cancelled(String model) {
    return running.values().stream()
        .filter(each -> each.request.getModel().equals(model) && each.cancelled)
        .count();
  }

  private void read(ClusterConnection connection) {
    Deserializer<InferenceRequest> requests = serdes.deserializer(InferenceRequest.class);
    Deserializer<ControlCommand> commands = serdes.deserializer(ControlCommand.class);
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            connection.with(Map.of("auto.offset.reset", "earliest", "enable.auto.commit", false)),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> all = new ArrayList<>();
      for (ServiceClass each : ServiceClass.values()) {
        addPartitions(all, topics.names().requests(each), topics.otherPartitions());
      }
      addPartitions(all, topics.names().cancellations(), topics.modelPartitions());
      consumer.assign(all);
      consumer.seekToBeginning(all);
      while (!closed) {
        for (ConsumerRecord<String, byte[]> each : consumer.poll(POLL)) {
          if (each.topic().equals(topics.names().cancellations())) {
            cancel(commands.deserialize(each.topic(), each.value()));
          } else {
            begin(requests.deserialize(each.topic(), each.value()));
          }
        }
      }
    }
  }

  private static void addPartitions(List<TopicPartition> all, String topic, int count) {
    for (int partition = 0; partition < count; partition++) {
      all.add(new TopicPartition(topic, partition));
    }
  }

  private void begin(InferenceRequest request) {
    Call call = new Call(request);
    Call before = running.putIfAbsent(RequestKey.of(request.getTenant(), request.getId()), call);
    if (before != null) {
      // As dispatch does: a request that still runs will answer both.
      if (before.ended) {
        before.repeat();
      }
      return;
    }
    seen.add(request);
    Consumer<Call> script = scripts.getOrDefault(request.getModel(), _ -> {});
    Thread.ofVirtual().start(() -> script.accept(call));
  }

  private void cancel(ControlCommand command) {
    Call call =
        running.get(
            RequestKey.of(command.getTenant().orElse(""), command.getRequestId().orElse("")));
    if (call != null && !call.ended) {
      call.cancelled = true;
      call.finish(TerminalStatus.CANCELLED, 499, null, null);
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    producer.close();
  }

  /** One request, for its script. */
  final class Call {

    private final InferenceRequest request;
    private int attempt = 1;
    private int sequence;
    private volatile boolean ended;
    private volatile boolean cancelled;

    private Call(InferenceRequest request) {
      this.request = request;
    }

    InferenceRequest request() {
      return request;
    }

    Call status(RequestState state) {
      write(
          topics.names().lifecycle(),
          RequestKey.of(request.getTenant(), request.getId()),
          RequestStatus.newBuilder()
              .setId(request.getId())
              .setState(state)
              .setTenant(request.getTenant())
              .setServiceClass(request.getServiceClass().orElseThrow())
              .setModel(request.getModel())
              .setAttempts(state == RequestState.LEASED ? attempt : attempt - 1)
              .setChangedAt(Instant.now())
              .build());
      return this;
    }

    Call pause(Duration length) {
      try {
        Thread.sleep(length);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
      return this;
    }

    Call chunk(String json) {
      return chunk(ChunkKind.DELTA, json, null);
    }

    Call endOfChunks(ChunkEnd end) {
      return chunk(ChunkKind.END, "", end);
    }

    /** Leaves a chunk out, as if it had been lost. */
    Call loseChunk() {
      sequence++;
      return this;
    }

    Call nextAttempt() {
      attempt++;
      sequence = 0;
      return this;
    }

    private Call chunk(ChunkKind kind, String json, ChunkEnd end) {
      write(
          topics.names().chunks(),
          request.getId(),
          TokenChunk.newBuilder()
              .setId(request.getId())
              .setTenant(request.getTenant())
              .setAttempt(attempt)
              .setSequence(sequence++)
              .setKind(kind)
              .setData(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)))
              .setEnd(end)
              .setCreatedAt(Instant.now())
              .build());
      return this;
    }

    void succeed(String body) {
      finish(TerminalStatus.SUCCEEDED, 200, body, null);
    }

    void fail(int status, String code, String param) {
      finish(
          TerminalStatus.FAILED,
          status,
          null,
          ResultError.newBuilder()
              .setType("invalid_request_error")
              .setCode(code)
              .setMessage("It failed: " + code + ".")
              .setParam(param)
              .setRetryable(false)
              .build());
    }

    void expire() {
      finish(TerminalStatus.EXPIRED, 408, null, null);
    }

    private void finish(TerminalStatus status, int code, String body, ResultError error) {
      write(topics.names().results(), request.getId(), result(status, code, body, error).build());
      ended = true;
    }

    private void repeat() {
      write(
          topics.names().results(),
          request.getId(),
          result(TerminalStatus.SUCCEEDED, 200, null, null).setRepetition(Repetition.SAME).build());
    }

    private InferenceResult.Builder result(
        TerminalStatus status, int code, String body, ResultError error) {
      return InferenceResult.newBuilder()
          .setId(request.getId())
          .setTenant(request.getTenant())
          .setEndpoint(request.getEndpoint())
          .setStatus(status)
          .setStatusCode(code)
          .setBody(
              Optional.ofNullable(body)
                  .map(text -> ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)))
                  .orElse(null))
          .setError(error)
          .setServiceClass(request.getServiceClass().orElseThrow())
          .setRequestedModel(request.getModel())
          .setAttempts(attempt)
          .setBatchId(request.getBatchId().orElse(null))
          .setCustomId(request.getCustomId().orElse(null))
          .setReplyKey(request.getReplyKey().orElse(null))
          .setWebhook(request.getWebhook().orElse(null))
          .setUsage(
              status == TerminalStatus.SUCCEEDED
                  ? TokenUsage.newBuilder().setPromptTokens(3).setCompletionTokens(4).build()
                  : null)
          .setAcceptedAt(Instant.now())
          .setFinishedAt(Instant.now());
    }

    private void write(String topic, String key, SpecificRecord value) {
      int home =
          HomePartitions.of(request.getReplyKey(), request.getId(), topics.otherPartitions());
      var _ = producer.send(new ProducerRecord<>(topic, home, key, value));
    }
  }
}
