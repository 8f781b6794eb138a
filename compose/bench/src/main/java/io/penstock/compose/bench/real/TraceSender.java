package io.penstock.compose.bench.real;

import io.penstock.compose.bench.sim.FleetExperiment;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.client.InferenceRequests;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.models.Endpoint;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests of a trace as any client would. A prompt is a list of token ids, which the score
 * job counts without a tokenizer and exactly. An instance belongs to one thread.
 */
final class TraceSender implements AutoCloseable {

  private final KafkaProducer<String, InferenceRequest> producer;
  private final TopicNames names;
  private final String model;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  TraceSender(ClusterConnection connection, TopicNames names, String model) {
    this.names = names;
    this.model = model;
    this.producer =
        new KafkaProducer<>(
            connection.with(Map.of("acks", "all", "linger.ms", 0)),
            new StringSerializer(),
            new AvroSerdes(connection).serializer(InferenceRequest.class));
  }

  /**
   * Sends one.
   *
   * @throws IllegalStateException if an earlier one could not be sent
   */
  void send(FleetExperiment.Request request) {
    Exception before = failure.get();
    if (before != null) {
      throw new IllegalStateException(
          "a request could not be sent: " + before.getMessage(), before);
    }
    InferenceRequest message =
        InferenceRequests.of(Endpoint.COMPLETIONS, model, body(model, request.promptTokens()))
            .setId(request.id())
            .setTenant(request.tenant())
            .setServiceClass(request.serviceClass())
            .build();
    var _ =
        producer.send(
            new ProducerRecord<>(names.requests(request.serviceClass()), request.id(), message),
            (metadata, error) -> {
              if (error != null) {
                failure.compareAndSet(null, error);
              }
            });
  }

  /** A completion of as many prompt tokens. */
  static String body(String model, int promptTokens) {
    return "{\"model\":\"" + model + "\",\"prompt\":[7" + ",7".repeat(promptTokens - 1) + "]}";
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
