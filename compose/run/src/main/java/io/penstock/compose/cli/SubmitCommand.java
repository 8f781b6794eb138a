package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontClient;
import io.penstock.compose.input.CustomIds;
import io.penstock.compose.input.InputException;
import io.penstock.compose.input.InputFile;
import io.penstock.compose.input.InputItem;
import io.penstock.compose.input.InputReader;
import io.penstock.compose.input.RequestBodies;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.client.PenstockClientException;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.text.Printable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
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
          + " 'custom_id' one; separated by comma, semicolon, tab or bar) or .jsonl (OpenAI batch"
          + " lines), in UTF-8 or UTF-16, also packed with gzip. It is read while it is sent; a bad"
          + " line is reported and counted, and the others are sent. Bodies and texts are sent as"
          + " they are written.",
      "",
      "An --id that the tenant used before is answered at once: with the first result where the"
          + " request is the same, as a conflict where it is not.",
      "",
      "Over HTTP, which --url, --key and $$PENSTOCK_URL choose, a request gets its id from the"
          + " front, its class is standard if none is given and BATCH for a file, and JSON has"
          + " the fields of the record that HTTP tells. For many requests see 'penstock batch'.",
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
final class SubmitCommand extends RequesterCommand {

  @ArgGroup(multiplicity = "1")
  SubmitSource source = new SubmitSource();

  @Mixin final RequestOptions request = new RequestOptions();

  @Option(
      names = "--id",
      paramLabel = "ID",
      description =
          "The request's id, unique for its tenant; default: a new UUIDv7. Not with --file.")
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

  private static final int MOST_HTTP_CALLS = 100;
  private static final int MOST_HTTP_BYTES = 64 * 1024 * 1024;

  private final CustomIds customIds = new CustomIds();
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
      RequestOptions.requireName("--id", id, Ids.MAX_LENGTH);
    }
    if (customId != null) {
      RequestOptions.requireName("--custom-id", customId, Ids.MAX_CUSTOM_ID);
    }
  }

  @Override
  void validateHttp() {
    request.requireHttp();
    requireAbsent(id != null, "--id", "the front gives ids");
    inFlight = Math.min(inFlight, MOST_HTTP_CALLS);
  }

  /** Where requests go, and what differs by it. */
  private record Route(
      RequestGateway gateway,
      int mostBytes,
      Submission.Waiting waiting,
      Function<InferenceResult, ObjectNode> record,
      Consumer<String> beforeNamed,
      @Nullable ServiceClass classOfOne) {}

  @Override
  int run(Cluster cluster) throws Exception {
    return run(
        new Route(
            cluster.requests(),
            cluster.topics().maxRequestBytes(),
            new WaitingNotes(cluster, console(), environment.clock()),
            RecordJson::of,
            named -> tellIfUnderWay(cluster, named),
            ServiceClass.INTERACTIVE));
  }

  @Override
  int run(FrontClient client) throws Exception {
    try (FrontGateway gateway = new FrontGateway(client, environment.clock())) {
      return run(
          new Route(
              gateway,
              MOST_HTTP_BYTES,
              new FrontWaitingNotes(client, console()),
              FrontResults::json,
              _ -> {},
              null));
    }
  }

  private int run(Route route) throws Exception {
    return source.file == null ? one(route) : many(route, source.file);
  }

  private int one(Route route) throws IOException, InterruptedException {
    InferenceRequest.Builder builder =
        source.single(request, route.mostBytes(), environment.clock().instant());
    if (builder.getServiceClass() == null) {
      builder.setServiceClass(route.classOfOne());
    }
    if (id != null) {
      builder.setId(id);
      route.beforeNamed().accept(id);
    }
    builder.setCustomId(customId);
    try (ResultSink sink =
        ResultSink.of(console(), route.record(), output.json, true, outputFile)) {
      Submission submission = submission(route, 1, sink::accept);
      try (QueuedNotice _ = new QueuedNotice(console(), submission::unanswered)) {
        send(submission, builder.build());
        submission.await();
      }
      return outcome(submission);
    }
  }

  private Submission submission(Route route, int mostInFlight, Consumer<InferenceResult> onResult) {
    return new Submission(
        route.gateway(),
        mostInFlight,
        onResult,
        Submission.PATIENCE,
        detach ? unanswered -> {} : route.waiting());
  }

  /** An equal request of this id that is not answered yet answers this one, too. */
  private void tellIfUnderWay(Cluster cluster, String given) {
    RequestStates.read(cluster, console(), List.of(given), request.tenant).of(given).stream()
        .filter(RequestStates::isUnderWay)
        .forEach(
            status ->
                console()
                    .note(
                        "request %s was submitted before and is %s; its result answers this one, too"
                            .formatted(Printable.of(given), status.getState())));
  }

  private int many(Route route, Path path) throws IOException, InterruptedException {
    InputFile file;
    try {
      file = InputFile.of(path);
    } catch (InputException e) {
      throw CliException.usage(e.getMessage());
    }
    if (request.serviceClass == null) {
      request.serviceClass = ServiceClass.BATCH;
    }
    try (InputReader reader = file.open(route.mostBytes());
        ResultSink sink = ResultSink.of(console(), route.record(), output.json, false, outputFile);
        Progress progress = new Progress(console(), detach ? "submitted" : "answered", -1)) {
      Submission submission =
          submission(
              route,
              inFlight,
              result -> {
                sink.accept(result);
                progress.step();
              });
      try (QueuedNotice _ = new QueuedNotice(console(), submission::unanswered)) {
        while (reader.hasNext()) {
          send(submission, path, reader.next());
        }
        submission.await();
      }
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
        case InputItem.Text text ->
            send(
                submission,
                request.ofText(text.text(), RequestBodies.EMBEDDINGS, now),
                text.customId());
        case InputItem.Request line ->
            send(submission, request.ofLine(line, now), Optional.of(line.customId()));
      }
    } catch (IllegalArgumentException invalid) {
      bad(path, item.line(), String.valueOf(invalid.getMessage()));
    }
  }

  /** Sends an item; only one that is sent reserves its name. */
  private void send(
      Submission submission, InferenceRequest.Builder builder, Optional<String> givenName)
      throws InterruptedException {
    givenName.ifPresent(customIds::requireNew);
    send(submission, builder.setCustomId(givenName.orElse(null)).build());
    givenName.ifPresent(customIds::sent);
  }

  private void send(Submission submission, InferenceRequest built) throws InterruptedException {
    if (detach) {
      submission.produce(built, id -> printId(id, built));
    } else {
      submission.submit(built);
    }
  }

  private void bad(Path path, long line, String problem) {
    badLines++;
    console().error("%s: line %d: %s".formatted(path, line, Printable.of(problem)));
  }

  private void printId(String sentAs, InferenceRequest built) {
    if (output.json) {
      console()
          .print(
              RecordJson.MAPPER
                  .createObjectNode()
                  .put("id", sentAs)
                  .put("customId", built.getCustomId().orElse(null)));
    } else {
      console().print(sentAs);
    }
  }

  private int outcome(Submission submission) {
    if (source.file != null) {
      console().note(summary(submission));
    }
    Throwable error = submission.firstError();
    if (error instanceof PenstockClientException.IdConflict conflict && output.json) {
      console().print(RecordJson.of(conflict.refusal()));
    }
    if (error != null) {
      throw CliErrors.explain(error);
    }
    return submission.unsuccessful() == 0 && badLines == 0 ? ExitCodes.OK : ExitCodes.FAILURE;
  }

  private String summary(Submission submission) {
    String ended = detach ? "in the log" : "succeeded";
    String sent =
        submission.unsuccessful() == 0
            ? "%d sent, all %s".formatted(submission.sent(), ended)
            : "%d sent, %d %s, %d failed"
                .formatted(
                    submission.sent(), submission.succeeded(), ended, submission.unsuccessful());
    return switch (Long.signum(badLines - 1)) {
      case -1 -> sent;
      case 0 -> sent + "; 1 bad line not sent";
      default -> "%s; %d bad lines not sent".formatted(sent, badLines);
    };
  }
}
