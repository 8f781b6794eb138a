package io.penstock.schemas.serde;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/** Tells a fault of the record from a failure of the registry, by what the serializers throw. */
final class RegistryFailures {

  private RegistryFailures() {}

  static KafkaException whileReading(String topic, Exception thrown) {
    Optional<MalformedRecordException> malformed = find(thrown, MalformedRecordException.class);
    if (malformed.isPresent()) {
      return malformed.get();
    }
    Optional<RestClientException> refusal = find(thrown, RestClientException.class);
    if (refusal.isPresent()) {
      return isNotFound(refusal.get())
          ? new MalformedRecordException(
              "record of %s names a schema that the registry does not know: %s"
                  .formatted(topic, refusal.get().getMessage()),
              thrown)
          : unavailable(topic, refusal.get());
    }
    if (isForeignSchema(thrown)) {
      return new MalformedRecordException(
          "record of %s names a schema that is no Avro schema".formatted(topic), thrown);
    }
    return failedOutside(topic, thrown)
        .orElseGet(
            () ->
                new MalformedRecordException(
                    "record of %s is no Avro in the Confluent wire format: %s"
                        .formatted(topic, thrown.getMessage()),
                    thrown));
  }

  static KafkaException whileWriting(String topic, RuntimeException thrown) {
    Optional<RestClientException> refusal = find(thrown, RestClientException.class);
    if (refusal.isPresent()) {
      return registering(topic, refusal.get());
    }
    return failedOutside(topic, thrown)
        .orElseGet(
            () ->
                new MalformedRecordException(
                    "value for %s does not fit its schema: %s"
                        .formatted(topic, rootOf(thrown).getMessage()),
                    thrown));
  }

  static KafkaException registering(String subject, RestClientException refusal) {
    return switch (refusal.getStatus()) {
      case 409, 422 ->
          new SchemaRejectedException(
              "the registry refuses our schema for %s: %s. Compare the subject's versions and its compatibility setting, or use another topic prefix"
                  .formatted(subject, refusal.getMessage()),
              refusal);
      default -> unavailable(subject, refusal);
    };
  }

  static KafkaException registering(String subject, IOException failure) {
    return new RegistryUnavailableException(
        "the schema registry is not reachable for %s: %s".formatted(subject, failure), failure);
  }

  private static RegistryUnavailableException unavailable(
      String topic, RestClientException refusal) {
    String remedy =
        switch (refusal.getStatus()) {
          case 401, 403 ->
              "; check kafka.settings.basic.auth.user.info, with basic.auth.credentials.source, or"
                  + " bearer.auth.token";
          case 404 -> "; check that the registry's URL is the base of a Confluent API";
          default -> "";
        };
    return new RegistryUnavailableException(
        "the schema registry answered %d for %s: %s%s"
            .formatted(refusal.getStatus(), topic, refusal.getMessage(), remedy),
        refusal);
  }

  private static Optional<KafkaException> failedOutside(String topic, Exception thrown) {
    boolean outside =
        find(thrown, IOException.class).isPresent()
            || find(thrown, UncheckedIOException.class).isPresent()
            || find(thrown, RetriableException.class).isPresent();
    return outside
        ? Optional.of(
            new RegistryUnavailableException(
                "the schema registry is not reachable for %s: %s".formatted(topic, rootOf(thrown)),
                thrown))
        : Optional.empty();
  }

  /** Error codes 404xx are the registry's own; a bare 404 is a wrong URL or a proxy. */
  private static boolean isNotFound(RestClientException refusal) {
    return refusal.getStatus() == 404 && refusal.getErrorCode() / 100 == 404;
  }

  /** The client reports a JSON Schema or Protobuf schema as an IOException. */
  private static boolean isForeignSchema(Throwable thrown) {
    return find(thrown, IOException.class)
        .map(Throwable::getMessage)
        .filter(message -> message.startsWith("Invalid schema"))
        .isPresent();
  }

  private static <T extends Throwable> Optional<T> find(Throwable thrown, Class<T> type) {
    for (@Nullable Throwable each = thrown; each != null; each = each.getCause()) {
      if (type.isInstance(each)) {
        return Optional.of(type.cast(each));
      }
    }
    return Optional.empty();
  }

  private static Throwable rootOf(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
