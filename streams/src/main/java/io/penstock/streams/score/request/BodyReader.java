package io.penstock.streams.score.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.penstock.schemas.json.JsonMessage;
import io.penstock.schemas.models.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads an OpenAI-style body once. This class is thread-safe. */
final class BodyReader {

  /** Deep enough for any tool's JSON Schema. */
  private static final int MAX_DEPTH = 100;

  /** Values and names in one body; bounds the memory that a body of tiny tokens takes. */
  private static final int MAX_JSON_TOKENS = 2_000_000;

  private static final int MAX_NUMBER_LENGTH = 100;
  private static final int MAX_NAME_LENGTH = 10_000;

  /** The result of reading a body. */
  sealed interface Reading {

    record Read(ParsedBody body) implements Reading {}

    record Unreadable(Refusal refusal) implements Reading {}
  }

  private final ObjectReader json;

  BodyReader(int maxBodyBytes) {
    StreamReadConstraints constraints =
        StreamReadConstraints.builder()
            .maxDocumentLength(maxBodyBytes)
            .maxStringLength(maxBodyBytes)
            .maxNestingDepth(MAX_DEPTH)
            .maxTokenCount(MAX_JSON_TOKENS)
            .maxNumberLength(MAX_NUMBER_LENGTH)
            .maxNameLength(MAX_NAME_LENGTH)
            .build();
    JsonMapper mapper =
        JsonMapper.builder(JsonFactory.builder().streamReadConstraints(constraints).build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();
    this.json = mapper.readerFor(JsonNode.class);
  }

  Reading read(Endpoint endpoint, ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    Optional<Refusal> encoding = encodingFault(copy);
    if (encoding.isPresent()) {
      return new Reading.Unreadable(encoding.get());
    }
    try {
      return shape(endpoint, json.readTree(copy));
    } catch (StreamConstraintsException e) {
      return invalidJson("body is beyond what JSON may hold here: " + JsonMessage.of(e));
    } catch (JsonProcessingException e) {
      return invalidJson(
          "body is not valid JSON: %s at %s"
              .formatted(
                  JsonMessage.of(e),
                  e.getLocation() == null
                      ? "its end"
                      : "line %d, column %d"
                          .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr())));
    } catch (IOException e) {
      // The parser reports malformed UTF-8 so, rather than as a fault of syntax.
      if (e instanceof java.io.CharConversionException) {
        return invalidJson("body is not valid UTF-8; encode it as UTF-8");
      }
      throw new UncheckedIOException("Reading from memory failed", e);
    }
  }

  /** Jackson would guess UTF-16 and skip a byte-order mark; engines get the bytes as they are. */
  private static Optional<Refusal> encodingFault(byte[] bytes) {
    if (bytes.length == 0) {
      return Optional.of(
          new Refusal(
              RefusalCode.INVALID_JSON, "body", "body is empty; give the OpenAI-style JSON body"));
    }
    int first = bytes[0] & 0xff;
    if (JsonEncoding.isWide(bytes) || first >= 0xef) {
      return Optional.of(
          new Refusal(
              RefusalCode.INVALID_JSON,
              "body",
              "body is not plain UTF-8; encode it as UTF-8 without a byte-order mark"));
    }
    return Optional.empty();
  }

  private static Reading shape(Endpoint endpoint, JsonNode root) {
    if (!root.isObject()) {
      return new Reading.Unreadable(
          new Refusal(
              RefusalCode.INVALID_BODY,
              "body",
              "body is %s; give a JSON object".formatted(BodyFields.typeOf(root))));
    }
    BodyFields fields = new BodyFields(root);
    Optional<String> model = fields.text("model");
    boolean stream = fields.stream();
    List<Prompt> prompts =
        switch (endpoint) {
          case CHAT_COMPLETIONS -> new ChatMessages(fields).prompts();
          case COMPLETIONS -> new PromptInputs(fields, "prompt").prompts();
          case EMBEDDINGS -> new PromptInputs(fields, "input").prompts();
        };
    OptionalLong maxTokens = OptionalLong.empty();
    int choices = 1;
    if (endpoint.generates()) {
      OptionalLong older = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
      OptionalLong newer = fields.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
      maxTokens = newer.isPresent() ? newer : older;
      choices = choices(endpoint, fields);
    }
    Optional<Refusal> refusal = fields.refusal();
    return refusal.isPresent()
        ? new Reading.Unreadable(refusal.get())
        : new Reading.Read(new ParsedBody(prompts, maxTokens, choices, model, stream));
  }

  private static int choices(Endpoint endpoint, BodyFields fields) {
    long n = fields.integer("n", 1, RequestLimits.MAX_CHOICES).orElse(1);
    if (endpoint == Endpoint.CHAT_COMPLETIONS) {
      return (int) n;
    }
    long bestOf = fields.integer("best_of", 1, RequestLimits.MAX_CHOICES).orElse(n);
    if (bestOf < n) {
      fields.refuse("best_of", "is %d, less than n, %d; raise it or lower n".formatted(bestOf, n));
    }
    return (int) Math.max(n, bestOf);
  }

  private static Reading invalidJson(String message) {
    return new Reading.Unreadable(
        new Refusal(RefusalCode.INVALID_JSON, "body", message.replaceAll("\\s+", " ")));
  }
}
