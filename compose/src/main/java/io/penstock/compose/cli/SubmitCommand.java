package io.penstock.compose.cli;

import io.penstock.compose.input.InputException;
import io.penstock.compose.input.InputFile;
import io.penstock.compose.input.InputItem;
import io.penstock.compose.input.InputReader;
import io.penstock.compose.input.RequestBodies;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ServiceClass;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code penstock submit}. */
@Command(
    name = "submit",
    sortOptions = false,
    description = {
      "Submit one request, or each of a file, and wait for the results.",
      "",
      "A file is .txt (a text on each line), .csv (a 'prompt' column, and if you like a"
          + " 'custom_id' one) or .jsonl (OpenAI batch lines). It is read while it is sent; a bad"
          + " line is reported and counted, and the others are sent.",
      "",
      "Prints the answer's body for one request, and for a file the results that did not succeed."
          + " JSON: an InferenceResult record for each result, in the order they come; with"
          + " --detach {\"id\",\"customId\"} for each request. Exits 0 only if all succeeded and"
          + " no line was bad."
    },
    footer = {
      "",
      "Examples:",
      "  penstock submit --model all-minilm-l6-v2 --text 'The quick brown fox'",
      "  penstock submit --model llama --prompt 'Why is the sky blue?' --deadline 30s",
      "  penstock submit --model all-minilm-l6-v2 --file questions.csv --output results.jsonl",
      "  penstock submit --file batch.jsonl --detach > ids.txt"
    })
final class SubmitCommand extends ClusterCommand {

  /** What to send; exactly one. */
  static final class Source {
    @Option(
        names = "--text",
        paramLabel = "TEXT",
        required = true,
        description = "A text to embed.")
    @Nullable String text;

    @Option(
        names = "--prompt",
        paramLabel = "TEXT",
        required = true,
        description = "A prompt to answer.")
    @Nullable String prompt;

    @Option(
        names = "--body",
        paramLabel = "JSON",
        required = true,
        description = "A whole body in OpenAI's form.")
    @Nullable String body;

    @Option(
        names = "--body-file",
        paramLabel = "FILE",
        required = true,
        description = "A file with such a body.")
    @Nullable Path bodyFile;

    @Option(
        names = {"-f", "--file"},
        paramLabel = "FILE",
        required = true,
        description = "A .txt, .csv or .jsonl file of many.")
    @Nullable Path file;
  }

  @ArgGroup(multiplicity = "1")
  Source source = new Source();

  @Mixin final RequestOptions request = new RequestOptions();

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "The request's id, unique for ever; default: a new UUIDv7. Not with --file.")
  @Nullable String id;

  @Option(
      names = "--custom-id",
      paramLabel = "TEXT",
      description = "Your own name for the request, returned in the result. Not with --file.")
  @Nullable String customId;

  @Option(
      names = "--detach",
      description = "Print the ids once the log has the requests, and do not wait for results.")
  boolean detach;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write the results there as JSONL instead of printing them.")
  @Nullable Path outputFile;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      description = "The most unanswered requests at a time (default: ${DEFAULT-VALUE}).")
  int inFlight = 1000;

  private long badLines;

  SubmitCommand(Environment environment) {
    super(environment);
  }

  @Override
  void validate() {
    request.validate(environment.clock().instant());
    detach |= request.replyTopic != null;
    if (inFlight < 1 || inFlight > 1_000_000) {
      throw CliException.usage("--in-flight must be from 1 to 1000000");
    }
    if (source.file != null && (id != null || customId != null)) {
      throw CliException.usage("--id and --custom-id name one request; leave them out with --file");
    }
    if (detach && outputFile != null) {
      throw CliException.usage("--output takes results, which --detach does not wait for");
    }
    if (id != null) {
      RequestOptions.requireLength("--id", id);
    }
  }

  @Override
  int run(Cluster cluster) throws Exception {
    return source.file == null ? one(cluster) : many(cluster, source.file);
  }

  private int one(Cluster cluster) throws IOException, InterruptedException {
    InferenceRequest.Builder builder = single(environment.clock().instant());
    if (builder.getServiceClass() == null) {
      builder.setServiceClass(ServiceClass.INTERACTIVE);
    }
    if (id != null) {
      builder.setId(id);
    }
    builder.setCustomId(customId);
    try (ResultSink sink = ResultSink.of(this, true)) {
      Submission submission = new Submission(cluster.requests(), 1, sink::accept);
      send(submission, builder.build());
      submission.await();
      return outcome(submission);
    }
  }

  private InferenceRequest.Builder single(Instant now) throws IOException {
    if (source.text != null) {
      return request.ofText(source.text, RequestBodies.EMBEDDINGS, now);
    }
    if (source.prompt != null) {
      return request.ofText(source.prompt, RequestBodies.CHAT, now);
    }
    if (source.body != null) {
      return request.ofBody("--body", source.body, now);
    }
    try {
      return request.ofBody("--body-file", Files.readString(source.bodyFile), now);
    } catch (IOException e) {
      throw CliException.usage(
          "--body-file: %s cannot be read as UTF-8 text: %s"
              .formatted(source.bodyFile, e.getMessage()));
    }
  }

  private int many(Cluster cluster, Path path) throws IOException, InterruptedException {
    InputFile file;
    try {
      file = InputFile.of(path);
    } catch (InputException e) {
      throw CliException.usage(e.getMessage());
    }
    if (request.serviceClass == null) {
      request.serviceClass = ServiceClass.BATCH;
    }
    try (InputReader reader = file.open();
        ResultSink sink = ResultSink.of(this, false);
        Progress progress = new Progress(console(), detach ? "submitted" : "answered", -1)) {
      Submission submission =
          new Submission(
              cluster.requests(),
              inFlight,
              result -> {
                sink.accept(result);
                progress.step();
              });
      while (reader.hasNext()) {
        send(submission, path, reader.next());
      }
      submission.await();
      return outcome(submission);
    } catch (InputException e) {
      throw CliException.usage(e.getMessage());
    }
  }

  private void send(Submission submission, Path path, InputItem item) throws InterruptedException {
    Instant now = environment.clock().instant();
    try {
      switch (item) {
        case InputItem.Bad bad -> bad(path, bad.line(), bad.problem());
        case InputItem.Text text -> {
          InferenceRequest.Builder builder =
              request.ofText(text.text(), RequestBodies.EMBEDDINGS, now);
          text.customId().ifPresent(builder::setCustomId);
          send(submission, builder.build());
        }
        case InputItem.Request line -> send(submission, request.ofLine(line, now).build());
      }
    } catch (IllegalArgumentException invalid) {
      bad(path, item.line(), invalid.getMessage());
    }
  }

  private void send(Submission submission, InferenceRequest built) throws InterruptedException {
    if (detach) {
      submission.produce(built, () -> printId(built));
    } else {
      submission.submit(built);
    }
  }

  private void bad(Path path, long line, String problem) {
    badLines++;
    console().error("%s: line %d: %s".formatted(path, line, problem));
  }

  private void printId(InferenceRequest built) {
    if (output.json) {
      console()
          .print(
              RecordJson.MAPPER
                  .createObjectNode()
                  .put("id", built.getId())
                  .put("customId", built.getCustomId().orElse(null)));
    } else {
      console().print(built.getId());
    }
  }

  private int outcome(Submission submission) {
    if (source.file != null) {
      console()
          .note(
              "%d sent, %d %s, %d not, %d bad lines"
                  .formatted(
                      submission.sent(),
                      submission.succeeded(),
                      detach ? "in the log" : "succeeded",
                      submission.unsuccessful(),
                      badLines));
    }
    Throwable error = submission.firstError();
    if (error != null) {
      throw CliErrors.explain(error);
    }
    return submission.unsuccessful() == 0 && badLines == 0 ? ExitCodes.OK : ExitCodes.FAILURE;
  }

  /** Where results go. */
  private record ResultSink(SubmitCommand command, boolean single, @Nullable PrintStream file)
      implements AutoCloseable {

    static ResultSink of(SubmitCommand command, boolean single) throws IOException {
      if (command.outputFile == null) {
        return new ResultSink(command, single, null);
      }
      try {
        return new ResultSink(
            command,
            single,
            new PrintStream(
                Files.newOutputStream(command.outputFile), false, StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw CliException.usage(
            "--output: %s cannot be written: %s".formatted(command.outputFile, e.getMessage()));
      }
    }

    void accept(InferenceResult result) {
      if (file != null) {
        file.println(RecordJson.of(result));
        if (file.checkError()) {
          throw CliException.failure(
              "--output: %s cannot be written; is the disk full?".formatted(command.outputFile));
        }
      } else if (command.output.json) {
        command.console().print(RecordJson.of(result));
      } else if (single && result.getBody().isPresent()) {
        command.console().print(RecordJson.bytes(result.getBody().get()).toPrettyString());
        command.console().note(ResultText.line(result));
      } else if (single || result.getError().isPresent()) {
        command.console().print(ResultText.line(result));
      }
    }

    @Override
    public void close() {
      if (file != null) {
        file.close();
      }
    }
  }
}
