package io.penstock.broker.responses;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.inference.BodyReader;
import io.penstock.schemas.json.JsonMessage;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads the body of a call to {@code /v1/responses}, and says the same as a chat completion. What
 * this server cannot do is refused, and never left out silently.
 */
public final class ResponseRequestReader {

  private static final List<String> TIERS = List.of("auto", "default", "flex", "scale", "priority");
  private static final List<String> EFFORTS =
      List.of("none", "minimal", "low", "medium", "high", "xhigh", "max");

  private static final int LEAST_OUTPUT = 16;
  private static final int MOST_LABELS = 16;
  private static final int LONGEST_KEY = 64;
  private static final int LONGEST_VALUE = 512;
  private static final int LONGEST_IDENTIFIER = 64;

  private final BodyFields fields;
  private final ObjectNode chat = ResponseJsonMapper.object();
  private final ObjectNode echo = ResponseJsonMapper.object();

  private ResponseRequestReader(BodyFields fields) {
    this.fields = fields;
  }

  /**
   * Reads a body.
   *
   * @throws ApiException with 400, naming the field that is wrong or not supported, and the remedy
   */
  public static ResponseRequest read(byte[] body) {
    // Judges the encoding, and gives better messages than a tree's parser.
    BodyReader.read(body);
    return new ResponseRequestReader(BodyFields.of("body", tree(body)).atTop()).read();
  }

  private static JsonNode tree(byte[] body) {
    try {
      return ResponseJsonMapper.readStrictly(body);
    } catch (JsonProcessingException fault) {
      throw new ApiException(
          ApiError.invalid(
              400,
              "invalid_json",
              "The body is not valid JSON: %s.".formatted(JsonMessage.of(fault))));
    } catch (IOException impossible) {
      throw new IllegalStateException("reading from memory failed", impossible);
    }
  }

  private ResponseRequest read() {
    refuseWhatIsNotServed();
    String model = fields.requiredText("model");
    chat.put("model", model);
    Optional<String> instructions = fields.text("instructions");
    JsonNode input =
        fields
            .value("input")
            .orElseThrow(() -> fields.wrong("input", "is missing; give a string or an array"));
    chat.set("messages", InputMessages.read(instructions, input));
    echo.put("instructions", instructions.orElse(null));
    echo.put("model", model);
    limits();
    tools();
    TextFormat.read(fields.object("text"), chat, echo);
    reasoning();
    identifiers();
    boolean store = fields.flag("store").orElse(true);
    boolean background = fields.flag("background").orElse(false);
    boolean stream = fields.flag("stream").orElse(false);
    fields.object("stream_options").ifPresent(ResponseRequestReader::streamOptions);
    fields.requireNoOthers();
    if (background && !store) {
      throw fields.wrong(
          "store", "is false and background is true: nobody could fetch it; leave one out");
    }
    echo.put("background", background);
    echo.put("store", store);
    if (stream) {
      chat.put("stream", true);
      chat.putObject("stream_options").put("include_usage", true);
    }
    return new ResponseRequest(chat, input, echo, store, background, stream);
  }

  private void refuseWhatIsNotServed() {
    fields.refuse(
        "previous_response_id",
        "send the whole conversation as 'input': the earlier input, the earlier output, and what"
            + " is new");
    fields.refuse("conversation", "send the whole conversation as 'input'");
    fields.refuse("prompt", "send the prompt's text as 'instructions' and 'input'");
    fields.refuse("context_management", "shorten 'input' yourself");
    fields.refuse("moderation", "leave it out");
    fields.refuse("max_tool_calls", "leave it out: no tool is run here");
    if (fields.array("include").filter(include -> !include.isEmpty()).isPresent()) {
      throw BodyFields.unsupported("include", "leave it out");
    }
    if (fields.whole("top_logprobs", 0, 20).orElse(0) > 0) {
      throw BodyFields.unsupported("top_logprobs", "leave it out");
    }
    if (fields
        .oneOf("truncation", List.of("auto", "disabled"))
        .filter("auto"::equals)
        .isPresent()) {
      throw BodyFields.unsupported("truncation", "shorten 'input' yourself, or say disabled");
    }
    echo.putNull("previous_response_id");
    echo.put("truncation", "disabled");
  }

  private void limits() {
    OptionalLong output = fields.whole("max_output_tokens", LEAST_OUTPUT, Integer.MAX_VALUE);
    output.ifPresent(most -> chat.put("max_completion_tokens", most));
    if (output.isPresent()) {
      echo.put("max_output_tokens", output.getAsLong());
    } else {
      echo.putNull("max_output_tokens");
    }
    number("temperature", 2);
    number("top_p", 1);
    Optional<String> tier = fields.oneOf("service_tier", TIERS);
    tier.ifPresent(name -> chat.put("service_tier", name));
    echo.put("service_tier", tier.filter(name -> !name.equals("auto")).orElse("default"));
  }

  private void number(String field, int most) {
    Optional<BigDecimal> number = fields.number(field, 0, most);
    number.ifPresent(value -> chat.put(field, value));
    echo.put(field, number.orElse(null));
  }

  private void tools() {
    ArrayNode tools = echo.putArray("tools");
    fields.array("tools").ifPresent(asked -> ToolFields.tools(asked, chat, tools));
    echo.set(
        "tool_choice",
        fields
            .value("tool_choice")
            .map(choice -> ToolFields.choice(choice, chat, tools))
            .orElseGet(() -> echo.textNode("auto")));
    Optional<Boolean> parallel = fields.flag("parallel_tool_calls");
    if (parallel.isPresent() && !tools.isEmpty()) {
      chat.put("parallel_tool_calls", parallel.get());
    }
    echo.put("parallel_tool_calls", parallel.orElse(true));
  }

  private void reasoning() {
    Optional<BodyFields> reasoning = fields.object("reasoning");
    Optional<String> effort = reasoning.flatMap(each -> each.oneOf("effort", EFFORTS));
    effort.ifPresent(each -> chat.put("reasoning_effort", each));
    reasoning.ifPresent(
        each -> {
          for (String field : List.of("summary", "generate_summary", "context", "mode")) {
            each.refuse(field, "leave it out");
          }
          each.requireNoOthers();
        });
    echo.putObject("reasoning").put("effort", effort.orElse(null)).putNull("summary");
  }

  private void identifiers() {
    for (String field : List.of("user", "safety_identifier", "prompt_cache_key")) {
      fields
          .text(field, field.equals("safety_identifier") ? LONGEST_IDENTIFIER : LONGEST_VALUE)
          .ifPresent(
              value -> {
                chat.put(field, value);
                echo.put(field, value);
              });
    }
    ObjectNode labels = echo.putObject("metadata");
    fields.object("metadata").ifPresent(metadata -> metadata(metadata, labels));
  }

  private static void metadata(BodyFields metadata, ObjectNode labels) {
    if (metadata.node().size() > MOST_LABELS) {
      throw BodyFields.invalid("metadata", "must have at most %d pairs".formatted(MOST_LABELS));
    }
    for (Map.Entry<String, JsonNode> pair : metadata.node().properties()) {
      String key = pair.getKey();
      if (key.length() > LONGEST_KEY) {
        throw BodyFields.invalid(
            "metadata", "has a key of more than %d characters".formatted(LONGEST_KEY));
      }
      if (!pair.getValue().isTextual()) {
        throw metadata.wrong(key, "must be a string");
      }
      labels.put(key, metadata.text(key, LONGEST_VALUE).orElse(""));
    }
  }

  /** Nothing is padded here, whatever the caller says of it. */
  private static void streamOptions(BodyFields options) {
    options.flag("include_obfuscation");
    options.requireNoOthers();
  }
}
