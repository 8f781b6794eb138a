package io.penstock.compose.cli;

import io.penstock.compose.input.InputItem;
import io.penstock.compose.input.JsonFault;
import io.penstock.compose.input.JsonObjectText;
import io.penstock.compose.input.RequestBodies;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.ids.Names;
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

  /** Whose requests are that name no tenant. */
  private static final String NO_TENANT = "default";

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
  String tenant = NO_TENANT;

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

  private boolean modelInBody;

  /**
   * Refuses what HTTP has nothing for. A body says there itself which model it is for, and whose
   * the request is follows from the key.
   */
  void requireHttp() {
    RequesterCommand.requireAbsent(
        !tenant.equals(NO_TENANT), "--tenant", "it follows from the key");
    RequesterCommand.requireAbsent(
        replyTopic != null, "--reply-topic", "'penstock results' fetches the result");
    RequesterCommand.requireAbsent(
        !attributes.isEmpty(), "--attribute", "only requests over Kafka have labels");
    tenant = "";
    modelInBody = true;
  }

  /** Which model a body is for: the one that it names, or another that an option names. */
  private String modelFor(Optional<String> named) {
    String name = model == null ? named.orElse("") : model;
    if (modelInBody && !name.isBlank() && !named.filter(name::equals).isPresent()) {
      throw new IllegalArgumentException(
          "the body names %s, and over HTTP it is sent as it is; have it name '%s', or leave --model out"
              .formatted(named.map("the model '%s'"::formatted).orElse("no model"), name));
    }
    return name;
  }

  /** Refuses what no request could have. */
  void validate(Instant now) {
    requireName("--tenant", tenant, Ids.MAX_LENGTH);
    if (model != null) {
      requireName("--model", model, Ids.MAX_LENGTH);
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

  /** Refuses a name that no request could have. */
  static void requireName(String option, String value, int maxLength) {
    Names.fault(value, maxLength)
        .ifPresent(
            fault -> {
              throw CliException.usage("%s %s".formatted(option, fault));
            });
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
    return builder(path, name, utf8(RequestBodies.of(path, name, text).toString()), now);
  }

  /** The request of this body, which must be a JSON object and is sent as it is. */
  InferenceRequest.Builder ofBody(String option, byte[] json, Instant now) {
    JsonObjectText body;
    try {
      body = JsonObjectText.of(json);
    } catch (JsonFault e) {
      throw CliException.usage(
          e.isOtherValue()
              ? option + " must be a JSON object in OpenAI's form"
              : "%s is not valid JSON: %s".formatted(option, e.getMessage()));
    }
    String name = modelFor(body.text("model"));
    if (name.isBlank()) {
      throw CliException.usage("give --model, or name the model in the body");
    }
    return builder(endpoint().orElseGet(() -> formOf(body)), name, ByteBuffer.wrap(json), now);
  }

  private static String formOf(JsonObjectText body) {
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
    String name = modelFor(line.model());
    if (name.isBlank()) {
      throw new IllegalArgumentException("the body names no model; add it, or give --model");
    }
    return builder(line.endpoint(), name, line.body(), now).setCustomId(line.customId());
  }

  private static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private InferenceRequest.Builder builder(String path, String name, ByteBuffer body, Instant now) {
    return InferenceRequest.newBuilder()
        .setId(Ids.next())
        .setTenant(tenant)
        .setEndpoint(path)
        .setModel(name)
        .setBody(body)
        .setServiceClass(serviceClass)
        .setDeadline(deadline(now))
        .setReplyTopic(replyTopic)
        .setAttributes(attributes)
        .setCreatedAt(now);
  }
}
