package io.penstock.compose.input;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** One line, row or object of an input file. Lines count from 1 and name where the item begins. */
public sealed interface InputItem {

  long line();

  /**
   * A text to ask a model about.
   *
   * @param customId the requester's own name for it, where the file has a column for it
   */
  record Text(long line, Optional<String> customId, String text) implements InputItem {}

  /**
   * A whole request in the form of an OpenAI batch line.
   *
   * @param endpoint the OpenAI path, one of {@link RequestBodies#ENDPOINTS}
   * @param body the OpenAI-style body as it stood in the file
   */
  record Request(long line, String customId, String endpoint, ObjectNode body)
      implements InputItem {

    /** The model that the body names, if it names one. */
    public Optional<String> model() {
      return Optional.ofNullable(body.get("model"))
          .filter(node -> node.isTextual() && !node.textValue().isBlank())
          .map(node -> node.textValue());
    }
  }

  /** What cannot be read: the problem and its remedy in one sentence. The items after it can. */
  record Bad(long line, String problem) implements InputItem {}
}
