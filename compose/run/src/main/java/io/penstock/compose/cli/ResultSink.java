package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.text.Printable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes the results of a submission to a file or stdout. An answer is written as the engine wrote
 * it, byte for byte.
 *
 * @param record a result as JSON
 * @param json whether stdout takes a record a line
 * @param single whether there is one request, whose answer itself is printed
 */
record ResultSink(
    Console console,
    Function<InferenceResult, ObjectNode> record,
    boolean json,
    boolean single,
    @Nullable Path path,
    @Nullable PrintStream file)
    implements AutoCloseable {

  /** Opens the file, if one is named. */
  static ResultSink of(
      Console console,
      Function<InferenceResult, ObjectNode> record,
      boolean json,
      boolean single,
      @Nullable Path path) {
    if (path == null) {
      return new ResultSink(console, record, json, single, null, null);
    }
    try {
      return new ResultSink(
          console,
          record,
          json,
          single,
          path,
          new PrintStream(Files.newOutputStream(path), false, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw CliException.usage(
          "--output: %s cannot be written: %s".formatted(path, e.getMessage()));
    }
  }

  void accept(InferenceResult result) {
    if (file != null) {
      file.println(record.apply(result));
      if (file.checkError()) {
        throw CliException.failure(
            "--output: %s cannot be written; is the disk full?".formatted(path));
      }
    } else if (json) {
      console.print(record.apply(result));
    } else if (single && result.getBody().isPresent()) {
      console.printBytes(result.getBody().get());
      console.note(ResultText.line(result));
    } else if (single || result.getError().isPresent()) {
      console.print(ResultText.line(result));
    }
    if (single && result.getRepetition().isPresent()) {
      console.note(
          "request %s was submitted before; this is its first result, and nothing was run again"
              .formatted(Printable.of(result.getId())));
    }
  }

  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }
}
