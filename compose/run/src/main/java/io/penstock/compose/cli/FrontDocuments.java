package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontAnswer;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.policies.RoutingPublisher;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingKind;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Entries of the routing topic as the front shows and changes them. */
final class FrontDocuments {

  static final int NOT_FOUND = 404;

  private FrontDocuments() {}

  /** The path of one thing of a collection. */
  static String path(String collection, String name) {
    return collection + "/" + FrontPages.encoded(name);
  }

  /** The same where the front takes the slashes of a name as they are. */
  static String pathWithSlashes(String collection, String name) {
    return path(collection, name).replace("%2F", "/");
  }

  static <D extends RoutingDocument> D read(Class<D> type, ObjectNode json) {
    return understood(() -> type.cast(RoutingCodec.read(kindOf(type), json.toString())));
  }

  static <D extends RoutingDocument> List<D> list(FrontClient client, String path, Class<D> type)
      throws InterruptedException {
    return FrontPages.objects(client.object(FrontCall.get(path))).stream()
        .map(each -> read(type, each))
        .toList();
  }

  /** An entry with its last change. */
  static RoutingPublisher.Stored stored(ObjectNode json) {
    return understood(
        () ->
            new RoutingPublisher.Stored(
                RoutingCodec.read(
                    RoutingKind.ofLabel(json.path("kind").asText())
                        .orElseThrow(
                            () ->
                                new IllegalArgumentException(
                                    "kind '%s' is unknown".formatted(json.path("kind").asText()))),
                    json.path("document").toString()),
                json.path("version").asLong(),
                json.path("changed_by").asText(),
                json.path("reason").textValue(),
                Instant.parse(json.path("changed_at").asText())));
  }

  /** A call that changes something, with the reason where there is one. */
  static FrontCall change(String path, ObjectNode body, @Nullable String reason) {
    if (reason != null) {
      body.put("reason", reason);
    }
    return FrontCall.post(path, bytes(body));
  }

  static byte[] bytes(JsonNode json) {
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Removes something, and says whether it was there. */
  static boolean remove(FrontClient client, String path) throws InterruptedException {
    FrontAnswer answer = client.answer(FrontCall.delete(path));
    if (answer.status() == NOT_FOUND && answer.fault().isPresent()) {
      return false;
    }
    if (!answer.isSuccess()) {
      throw client.failure(answer);
    }
    return true;
  }

  /** One thing; empty if the front knows none. */
  static Optional<ObjectNode> find(FrontClient client, String path) throws InterruptedException {
    return found(client, FrontCall.get(path));
  }

  /** What a call answers; empty if the front does not know what it names. */
  static Optional<ObjectNode> found(FrontClient client, FrontCall call)
      throws InterruptedException {
    FrontAnswer answer = client.answer(call);
    if (answer.status() == NOT_FOUND && answer.fault().isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        answer.object().filter(_ -> answer.isSuccess()).orElseThrow(() -> client.failure(answer)));
  }

  /** Reads what the front answered. */
  static <T> T understood(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (RuntimeException unreadable) {
      throw CliException.failure(
          "the front's answer cannot be read: %s; is it of another version?"
              .formatted(unreadable.getMessage()),
          unreadable);
    }
  }

  private static RoutingKind kindOf(Class<? extends RoutingDocument> type) {
    return Arrays.stream(RoutingKind.values())
        .filter(kind -> kind.type() == type)
        .findFirst()
        .orElseThrow();
  }
}
