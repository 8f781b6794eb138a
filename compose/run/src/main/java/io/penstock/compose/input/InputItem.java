package io.penstock.compose.input;

import java.nio.ByteBuffer;
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
   * @param model the model that the body names, if it names one
   * @param body the OpenAI-style body, byte for byte as it stood in the file
   */
  record Request(
      long line, String customId, String endpoint, Optional<String> model, ByteBuffer body)
      implements InputItem {}

  /**
   * An item that cannot be read, with the problem and its remedy in one sentence. Reading goes on
   * after it.
   */
  record Bad(long line, String problem) implements InputItem {}
}
