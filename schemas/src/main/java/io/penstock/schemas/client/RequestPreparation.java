package io.penstock.schemas.client;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.ids.Names;
import io.penstock.schemas.trace.TraceParent;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Turns a request into the record that is sent, or says what is wrong with it. A pure function. */
final class RequestPreparation {

  /** The schema's own default: a request that names no tenant. */
  private static final String NO_TENANT = "default";

  private final PenstockClientConfig config;

  RequestPreparation(PenstockClientConfig config) {
    this.config = config;
  }

  /**
   * The record to send; its topic is the class's, that of STANDARD where the request has none.
   *
   * @param awaited whether this client is to read the result
   * @throws IllegalArgumentException naming the field and the remedy
   */
  ProducerRecord<String, InferenceRequest> prepare(
      InferenceRequest request, @Nullable String traceparent, boolean awaited) {
    requireName("id", request.getId(), Ids.MAX_LENGTH);
    requireName("tenant", request.getTenant(), Ids.MAX_LENGTH);
    request.getBatchId().ifPresent(id -> requireName("batchId", id, Ids.MAX_LENGTH));
    request.getCustomId().ifPresent(id -> requireName("customId", id, Ids.MAX_CUSTOM_ID));
    request.getWebhook().ifPresent(webhook -> requireName("webhook", webhook, Ids.MAX_LENGTH));
    requireWhole("model", request.getModel());
    request
        .getAttributes()
        .forEach(
            (name, value) -> {
              requireWhole("the name of attribute " + name, name);
              requireWhole("attribute " + name, value);
            });
    int bytes = request.getBody().remaining();
    int most = config.topics().maxRequestBytes();
    require(bytes <= most, "body has %d bytes; at most %d are accepted".formatted(bytes, most));
    InferenceRequest.Builder ready = InferenceRequest.newBuilder(request);
    if (request.getTenant().equals(NO_TENANT)) {
      ready.setTenant(config.tenant());
    }
    if (awaited) {
      ready.setReplyTopic(replyTopic(request));
    }
    ServiceClass serviceClass = request.getServiceClass().orElse(ServiceClass.STANDARD);
    ProducerRecord<String, InferenceRequest> prepared =
        new ProducerRecord<>(
            config.topics().names().requests(serviceClass), request.getId(), ready.build());
    TraceParent.of(traceparent)
        .ifPresent(kept -> prepared.headers().add(TraceParent.HEADER, TraceParent.bytes(kept)));
    return prepared;
  }

  private @Nullable String replyTopic(InferenceRequest request) {
    Optional<String> asked = request.getReplyTopic();
    require(
        asked.isEmpty() || asked.get().equals(config.resultTopic()),
        "replyTopic is %s but this client reads %s; leave it out, or use send"
            .formatted(asked.orElse(null), config.resultTopic()));
    return config.replyTopic();
  }

  private static void requireName(String field, String value, int maxLength) {
    Names.fault(value, maxLength)
        .ifPresent(
            fault -> {
              throw new IllegalArgumentException(field + " " + fault);
            });
  }

  /** Refuses what Avro's UTF-8 would turn into a question mark. */
  private static void requireWhole(String field, String value) {
    Names.loneSurrogate(value)
        .ifPresent(
            fault -> {
              throw new IllegalArgumentException(field + " " + fault);
            });
  }

  private static void require(boolean holds, String complaint) {
    if (!holds) {
      throw new IllegalArgumentException(complaint);
    }
  }
}
