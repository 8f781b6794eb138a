package io.penstock.compose.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.input.InputItem;
import io.penstock.compose.input.RequestBodies;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.ids.Ids;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that describe a request, and the requests they make of texts and bodies. */
final class RequestOptions {

  private static final int MAX_ATTRIBUTES = 16;

  @Option(
      names = {"-m", "--model"},
      paramLabel = "NAME",
      description = "A model's name or alias. Default: the one that the body names.")
  @Nullable String model;

  @Option(
      names = {"-e", "--endpoint"},
      paramLabel = "PATH",
      description =
          "/v1/chat/completions, /v1/completions or /v1/embeddings, or chat, completions or"
              + " embeddings. Default: embeddings for --text and for files of texts, chat for"
              + " --prompt, and for a body the one it has the form of.")
  @Nullable String endpoint;

  @Option(
      names = "--class",
      paramLabel = "CLASS",
      description =
          "${COMPLETION-CANDIDATES}. Default: INTERACTIVE for one request, BATCH for a file.")
  @Nullable ServiceClass serviceClass;

  @Option(
      names = "--deadline",
      paramLabel = "TIME",
      description =
          "Worthless after: a duration from now such as 30s, or an instant. Default: the class's.")
  @Nullable String deadline;

  @Option(
      names = "--tenant",
      paramLabel = "NAME",
      description = "Whom to count it for (default: ${DEFAULT-VALUE}).")
  String tenant = "default";

  @Option(
      names = "--reply-topic",
      paramLabel = "TOPIC",
      description =
          "A topic that the result is copied to, one of those the tenant may name, such as"
              + " replies.TENANT; implies --detach.")
  @Nullable String replyTopic;

  @Option(
      names = {"-a", "--attribute"},
      paramLabel = "KEY=VALUE",
      description = "A label of your own; may be repeated, 16 at most.")
  Map<String, String> attributes = Map.of();

  /** Refuses what no request could have. */
  void validate(Instant now) {
    requireLength("--tenant", tenant);
    if (model != null) {
      requireLength("--model", model);
    }
    if (attributes.size() > MAX_ATTRIBUTES) {
      throw CliException.usage(
          "--attribute is given %d times; at most 16 labels fit".formatted(attributes.size()));
    }
    if (endpoint != null) {
      endpoint();
    }
    deadline(now);
  }

  static void requireLength(String option, String value) {
    if (value.isBlank() || value.length() > Ids.MAX_LENGTH) {
      throw CliException.usage("%s must have 1 to %d characters".formatted(option, Ids.MAX_LENGTH));
    }
  }

  /** The endpoint asked for by its path or short name. */
  Optional<String> endpoint() {
    if (endpoint == null) {
      return Optional.empty();
    }
    return Optional.of(
        switch (endpoint) {
          case "chat", RequestBodies.CHAT -> RequestBodies.CHAT;
          case "completions", RequestBodies.COMPLETIONS -> RequestBodies.COMPLETIONS;
          case "embeddings", RequestBodies.EMBEDDINGS -> RequestBodies.EMBEDDINGS;
          default ->
              throw CliException.usage(
                  "--endpoint is '%s'; it must be one of %s"
                      .formatted(endpoint, String.join(", ", RequestBodies.ENDPOINTS)));
        });
  }

  private @Nullable Instant deadline(Instant now) {
    return deadline == null ? null : TimeText.future("--deadline", deadline, now);
  }

  /** The request that sends a text. */
  InferenceRequest.Builder ofText(String text, String defaultEndpoint, Instant now) {
    String name = model;
    if (name == null) {
      throw CliException.usage("--model is missing; see 'penstock models list'");
    }
    String path = endpoint().orElse(defaultEndpoint);
    return builder(path, name, RequestBodies.of(path, name, text), now);
  }

  /** The request of this body, which must be a JSON object. */
  InferenceRequest.Builder ofBody(String option, String json, Instant now) {
    JsonNode node;
    try {
      node = RecordJson.MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw CliException.usage(
          "%s is not valid JSON: %s".formatted(option, e.getOriginalMessage()));
    }
    if (!(node instanceof ObjectNode body)) {
      throw CliException.usage(option + " must be a JSON object in OpenAI's form");
    }
    String name = model == null ? body.path("model").asText("") : model;
    if (name.isBlank()) {
      throw CliException.usage("give --model, or name the model in the body");
    }
    return builder(endpoint().orElseGet(() -> formOf(body)), name, body, now);
  }

  private static String formOf(ObjectNode body) {
    if (body.has("messages")) {
      return RequestBodies.CHAT;
    }
    if (body.has("input")) {
      return RequestBodies.EMBEDDINGS;
    }
    if (body.has("prompt")) {
      return RequestBodies.COMPLETIONS;
    }
    throw CliException.usage("the body has neither messages, input nor prompt; give --endpoint");
  }

  /**
   * The request of a batch line.
   *
   * @throws IllegalArgumentException if neither the line nor the options name a model
   */
  InferenceRequest.Builder ofLine(InputItem.Request line, Instant now) {
    String name = model == null ? line.model().orElse("") : model;
    if (name.isBlank()) {
      throw new IllegalArgumentException("the body names no model; add it, or give --model");
    }
    return builder(line.endpoint(), name, line.body(), now).setCustomId(line.customId());
  }

  private InferenceRequest.Builder builder(String path, String name, ObjectNode body, Instant now) {
    return InferenceRequest.newBuilder()
        .setId(Ids.next())
        .setTenant(tenant)
        .setEndpoint(path)
        .setModel(name)
        .setBody(ByteBuffer.wrap(body.toString().getBytes(StandardCharsets.UTF_8)))
        .setServiceClass(serviceClass)
        .setDeadline(deadline(now))
        .setReplyTopic(replyTopic)
        .setAttributes(attributes)
        .setCreatedAt(now);
  }
}
