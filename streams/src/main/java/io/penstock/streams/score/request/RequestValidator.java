package io.penstock.streams.score.request;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.models.Endpoint;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Decides whether a request is one that Penstock can serve, cheap checks first. Never throws for
 * anything that a client can send. This class is thread-safe.
 */
public final class RequestValidator {

  private final RequestLimits limits;
  private final BodyReader bodies;

  public RequestValidator(RequestLimits limits) {
    this.limits = limits;
    this.bodies = new BodyReader(limits.maxBodyBytes());
  }

  public Validation validate(Arrival arrival) {
    InferenceRequest request = arrival.request();
    Optional<Refusal> fault =
        identity(arrival)
            .or(() -> serviceClass(arrival))
            .or(() -> times(arrival))
            .or(() -> labels(request))
            .or(() -> request.getRouting().flatMap(RoutingRule::check))
            .or(() -> size(request));
    if (fault.isPresent()) {
      return new Validation.Invalid(fault.get());
    }
    Optional<Endpoint> endpoint = Endpoint.ofPath(request.getEndpoint());
    if (endpoint.isEmpty()) {
      return new Validation.Invalid(
          new Refusal(
              RefusalCode.UNSUPPORTED_ENDPOINT,
              "endpoint",
              "endpoint is %s; give one of %s"
                  .formatted(
                      Abbreviated.quote(request.getEndpoint()),
                      Arrays.stream(Endpoint.values())
                          .map(Endpoint::path)
                          .collect(Collectors.joining(", ")))));
    }
    return switch (bodies.read(endpoint.get(), request.getBody())) {
      case BodyReader.Reading.Unreadable(Refusal refusal) -> new Validation.Invalid(refusal);
      case BodyReader.Reading.Read(ParsedBody body) -> named(arrival, endpoint.get(), body);
    };
  }

  /**
   * The request's own model wins over its body's, which may be a leftover of another service: the
   * engine is told the chosen model's name anyway.
   */
  private static Validation named(Arrival arrival, Endpoint endpoint, ParsedBody body) {
    InferenceRequest request = arrival.request();
    String model = request.getModel().isBlank() ? body.model().orElse("") : request.getModel();
    Optional<Refusal> stream = stream(arrival, endpoint, body);
    if (stream.isPresent()) {
      return new Validation.Invalid(stream.get());
    }
    Optional<String> fault = NameRule.fault(model, Ids.MAX_LENGTH);
    if (fault.isPresent()) {
      return new Validation.Invalid(
          new Refusal(RefusalCode.UNKNOWN_MODEL, "model", "model " + fault.get()));
    }
    return new Validation.Valid(
        new ParsedRequest(
            request, arrival.topicClass(), endpoint, model, body, arrival.acceptedAt()));
  }

  /** A request that would get another kind of answer than it asks for is refused. */
  private static Optional<Refusal> stream(Arrival arrival, Endpoint endpoint, ParsedBody body) {
    boolean wanted = arrival.request().getStream();
    if (wanted && arrival.topicClass() == ServiceClass.BATCH) {
      return streaming(
          "stream", "stream is true, but class BATCH is not streamed; choose another or remove it");
    }
    if (wanted && !endpoint.generates()) {
      return streaming(
          "stream", "stream is true, but %s answers whole; remove it".formatted(endpoint.path()));
    }
    if (body.stream() && !wanted) {
      return streaming(
          "body.stream",
          "body.stream is true, but a result is one record; set it to false or remove it, or set"
              + " the request's own stream to get chunks on the topic chunks as well");
    }
    return Optional.empty();
  }

  private static Optional<Refusal> streaming(String field, String message) {
    return Optional.of(new Refusal(RefusalCode.STREAMING_UNSUPPORTED, field, message));
  }

  private static Optional<Refusal> identity(Arrival arrival) {
    InferenceRequest request = arrival.request();
    return name(RefusalCode.INVALID_ID, "id", request.getId(), Ids.MAX_LENGTH)
        .or(
            () ->
                arrival
                    .key()
                    .filter(key -> !key.equals(request.getId()))
                    .map(
                        key ->
                            new Refusal(
                                RefusalCode.INVALID_ID,
                                "id",
                                "id %s differs from the record's key %s; key the record by its id"
                                    .formatted(
                                        Abbreviated.quote(request.getId()),
                                        Abbreviated.quote(key)))))
        .or(() -> name(RefusalCode.INVALID_TENANT, "tenant", request.getTenant(), Ids.MAX_LENGTH));
  }

  private static Optional<Refusal> serviceClass(Arrival arrival) {
    return arrival
        .request()
        .getServiceClass()
        .filter(given -> given != arrival.topicClass())
        .map(
            given ->
                new Refusal(
                    RefusalCode.INVALID_SERVICE_CLASS,
                    "serviceClass",
                    "serviceClass is %s on the %s topic; produce to the class's topic or leave it"
                            .formatted(given, arrival.topicClass())
                        + " out"));
  }

  private Optional<Refusal> times(Arrival arrival) {
    InferenceRequest request = arrival.request();
    return request
        .getDeadline()
        .flatMap(d -> TimeRule.deadline(d, arrival.acceptedAt(), limits.maxDeadline()))
        .or(
            () ->
                request
                    .getCreatedAt()
                    .flatMap(c -> TimeRule.unit("createdAt", c, arrival.acceptedAt())));
  }

  private static Optional<Refusal> labels(InferenceRequest request) {
    return request
        .getBatchId()
        .flatMap(id -> name(RefusalCode.INVALID_NAME, "batchId", id, Ids.MAX_LENGTH))
        .or(
            () ->
                request
                    .getCustomId()
                    .flatMap(
                        id -> name(RefusalCode.INVALID_NAME, "customId", id, Ids.MAX_CUSTOM_ID)))
        .or(
            () ->
                request
                    .getReplyKey()
                    .flatMap(
                        key -> name(RefusalCode.INVALID_NAME, "replyKey", key, Ids.MAX_LENGTH)))
        .or(
            () ->
                request
                    .getWebhook()
                    .flatMap(
                        webhook ->
                            name(RefusalCode.INVALID_NAME, "webhook", webhook, Ids.MAX_LENGTH)))
        .or(() -> attributes(request.getAttributes()));
  }

  private static Optional<Refusal> attributes(Map<String, String> attributes) {
    if (attributes.size() > RequestLimits.MAX_ATTRIBUTES) {
      return attribute(
          "attributes has %d entries; give at most %d"
              .formatted(attributes.size(), RequestLimits.MAX_ATTRIBUTES));
    }
    for (Map.Entry<String, String> entry : attributes.entrySet()) {
      Optional<String> fault = NameRule.fault(entry.getKey(), RequestLimits.MAX_ATTRIBUTE_KEY);
      if (fault.isPresent()) {
        return attribute(
            "attribute name %s %s".formatted(Abbreviated.quote(entry.getKey()), fault.get()));
      }
      if (entry.getValue().length() > RequestLimits.MAX_ATTRIBUTE_VALUE) {
        return attribute(
            "attribute %s has %d characters; shorten it to at most %d"
                .formatted(
                    Abbreviated.quote(entry.getKey()),
                    entry.getValue().length(),
                    RequestLimits.MAX_ATTRIBUTE_VALUE));
      }
    }
    return Optional.empty();
  }

  private Optional<Refusal> size(InferenceRequest request) {
    int bytes = request.getBody().remaining();
    return bytes <= limits.maxBodyBytes()
        ? Optional.empty()
        : Optional.of(
            new Refusal(
                RefusalCode.REQUEST_TOO_LARGE,
                "body",
                "body has %d bytes; shorten it to at most %d"
                    .formatted(bytes, limits.maxBodyBytes())));
  }

  private static Optional<Refusal> name(
      RefusalCode code, String field, String value, int maxLength) {
    return NameRule.fault(value, maxLength)
        .map(fault -> new Refusal(code, field, field + " " + fault));
  }

  private static Optional<Refusal> attribute(String message) {
    return Optional.of(new Refusal(RefusalCode.INVALID_ATTRIBUTES, "attributes", message));
  }
}
