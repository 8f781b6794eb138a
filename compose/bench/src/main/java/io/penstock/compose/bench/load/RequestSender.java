package io.penstock.compose.bench.load;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.client.InferenceRequests;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Produces small chat requests to the priority topics as any client would: acks=all, nothing
 * lingers. This class is thread-safe.
 */
public final class RequestSender implements AutoCloseable {

  private static final String PROMPT =
      "Say in one sentence what a penstock is, for somebody who has never seen a dam.";

  private final KafkaProducer<String, InferenceRequest> producer;
  private final TopicNames names;
  private final String model;
  private final InferenceRequest pattern;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  /**
   * @param maxTokens tokens that each request asks for, 1 or more
   */
  public RequestSender(
      ClusterConnection connection, TopicNames names, String model, int maxTokens) {
    this.names = names;
    this.model = model;
    this.producer =
        new KafkaProducer<>(
            connection.with(Map.of("acks", "all", "linger.ms", 0)),
            new org.apache.kafka.common.serialization.StringSerializer(),
            new AvroSerdes(connection).serializer(InferenceRequest.class));
    this.pattern =
        InferenceRequests.of(
                io.penstock.schemas.models.Endpoint.CHAT_COMPLETIONS, model, body(model, maxTokens))
            .setTenant("bench")
            .build();
  }

  /** Returns what each request asks of the model. */
  public static String body(String model, int maxTokens) {
    return """
    {"model":"%s","messages":[{"role":"user","content":"%s"}],"max_tokens":%d}\
    """
        .formatted(model, PROMPT, maxTokens);
  }

  /** The size of such a body, in bytes. */
  public static int bodyBytes(String model, int maxTokens) {
    return body(model, maxTokens).getBytes(StandardCharsets.UTF_8).length;
  }

  public String model() {
    return model;
  }

  /**
   * Sends one.
   *
   * @throws IllegalStateException if an earlier one could not be sent
   */
  public void send(String id, ServiceClass serviceClass, Duration deadline) {
    Exception before = failure.get();
    if (before != null) {
      throw new IllegalStateException(
          "a request could not be sent: " + before.getMessage(), before);
    }
    Instant now = Instant.now();
    InferenceRequest request =
        InferenceRequest.newBuilder()
            .setId(id)
            .setTenant(pattern.getTenant())
            .setEndpoint(pattern.getEndpoint())
            .setModel(model)
            .setBody(pattern.getBody().duplicate())
            .setServiceClass(serviceClass)
            .setDeadline(now.plus(deadline))
            .setCreatedAt(now)
            .build();
    var _ =
        producer.send(
            new ProducerRecord<>(names.requests(serviceClass), id, request),
            (metadata, error) -> {
              if (error != null) {
                failure.compareAndSet(null, error);
              }
            });
  }

  public void flush() {
    producer.flush();
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
