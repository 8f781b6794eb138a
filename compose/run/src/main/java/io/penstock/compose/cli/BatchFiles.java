package io.penstock.compose.cli;

import io.penstock.compose.http.FileDownload;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the answers and errors of a batch go. */
final class BatchFiles {

  private static final String STDOUT = "-";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where the answers go, a line each; '-' is stdout.")
  @Nullable Path answers;

  @Option(
      names = "--errors",
      paramLabel = "FILE",
      description = "Where the errors go of requests that did not succeed; '-' is stdout.")
  @Nullable Path errors;

  /**
   * Refuses names under which one file would replace another.
   *
   * @param input the batch's own file; null if it is not at hand
   */
  void validate(@Nullable Path input) {
    if (isSame(answers, errors)) {
      throw CliException.usage(
          "--output and --errors both name %s, and one would replace the other; give two files"
              .formatted(answers));
    }
    if (isSame(answers, input)) {
      throw replacing("--output", answers);
    }
    if (isSame(errors, input)) {
      throw replacing("--errors", errors);
    }
  }

  private static boolean isSame(@Nullable Path one, @Nullable Path other) {
    return one != null
        && other != null
        && !one.toString().equals(STDOUT)
        && one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize());
  }

  private static CliException replacing(String option, @Nullable Path file) {
    return CliException.usage(
        "%s names %s, which is the file of requests, and would replace it; give another file"
            .formatted(option, file));
  }

  boolean isGiven() {
    return answers != null || errors != null;
  }

  /** Downloads what was asked for, and says what else there is. */
  void download(FrontClient client, Console console, BatchObject batch)
      throws IOException, InterruptedException {
    one(client, console, batch, "output_file_id", answers, "answers");
    one(client, console, batch, "error_file_id", errors, "errors");
    if (errors == null && batch.file("error_file_id").isPresent()) {
      console.note(
          "%s did not succeed; see why: penstock batch download %s --errors FILE"
              .formatted(
                  batch.failed() == 1 ? "1 request" : batch.failed() + " requests", batch.id()));
    }
  }

  private static void one(
      FrontClient client,
      Console console,
      BatchObject batch,
      String field,
      @Nullable Path target,
      String what)
      throws IOException, InterruptedException {
    if (target == null) {
      return;
    }
    if (batch.file(field).isEmpty()) {
      console.note("batch %s has no %s; nothing was written".formatted(batch.id(), what));
      return;
    }
    download(client, console, batch.file(field).get(), target);
  }

  /** Downloads a file of the front to a path, or with '-' to stdout. */
  static void download(FrontClient client, Console console, String id, Path target)
      throws IOException, InterruptedException {
    FileDownload file =
        new FileDownload(
            client, client.object(FrontCall.get("/v1/files/" + FrontPages.encoded(id))));
    if (target.toString().equals(STDOUT)) {
      file.to(console.out());
      return;
    }
    try {
      if (console.errTerminal()) {
        try (Progress progress = new Progress(console, "bytes", file.size())) {
          file.to(target, progress::at);
        }
      } else {
        file.to(target, _ -> {});
      }
    } catch (IOException e) {
      throw CliException.failure("%s cannot be written: %s".formatted(target, e.getMessage()), e);
    }
    console.note("%s: %d bytes".formatted(target, file.size()));
  }
}
