package io.penstock.streams.score.request;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Checks the {@code prompt} of completions or the {@code input} of embeddings: a string, an array
 * of strings, an array of token ids, or an array of arrays of token ids.
 */
final class PromptInputs {

  private final BodyFields fields;
  private final String name;

  PromptInputs(BodyFields fields, String name) {
    this.fields = fields;
    this.name = name;
  }

  List<Prompt> prompts() {
    Optional<JsonNode> value = fields.value(name);
    if (value.isEmpty()) {
      fields.refuse(name, "is missing; give a string or a non-empty array");
      return List.of();
    }
    JsonNode input = value.get();
    if (input.isTextual()) {
      return text(input, name);
    }
    if (!input.isArray() || input.isEmpty()) {
      fields.refuse(
          name,
          "is %s; give a string or a non-empty array"
              .formatted(input.isArray() ? "empty" : BodyFields.typeOf(input)));
      return List.of();
    }
    return input.get(0).isNumber() ? tokens(input, name) : each(input);
  }

  private List<Prompt> each(JsonNode array) {
    if (array.size() > RequestLimits.MAX_PROMPTS) {
      fields.refuse(
          name,
          "has %d items; split it into requests of at most %d"
              .formatted(array.size(), RequestLimits.MAX_PROMPTS));
      return List.of();
    }
    List<Prompt> prompts = new ArrayList<>(array.size());
    boolean texts = array.get(0).isTextual();
    for (int i = 0; i < array.size() && fields.sound(); i++) {
      JsonNode item = array.get(i);
      String path = "%s[%d]".formatted(name, i);
      if (texts && item.isTextual()) {
        prompts.addAll(text(item, path));
      } else if (!texts && item.isArray() && !item.isEmpty()) {
        prompts.addAll(tokens(item, path));
      } else {
        fields.refuse(
            path,
            "is %s; give strings only, or non-empty arrays of token ids only"
                .formatted(item.isArray() && item.isEmpty() ? "empty" : BodyFields.typeOf(item)));
      }
    }
    return prompts;
  }

  private List<Prompt> text(JsonNode text, String path) {
    if (text.textValue().isEmpty()) {
      fields.refuse(path, "is an empty string; give some text");
    }
    return List.of(Prompt.ofText(text.textValue()));
  }

  private List<Prompt> tokens(JsonNode ids, String path) {
    for (int i = 0; i < ids.size(); i++) {
      JsonNode id = ids.get(i);
      if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
        fields.refuse(
            "%s[%d]".formatted(path, i), "is not a token id; give whole numbers of 0 or more");
        break;
      }
    }
    return List.of(Prompt.ofTokenIds(ids.size()));
  }
}
