package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FileForm;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import io.penstock.compose.http.FrontException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code penstock batch submit}. */
@Command(
    name = "submit",
    description = {
      "Upload a file of requests and run it as a batch.",
      "",
      "The file has OpenAI's form: a JSON object on each line with custom_id, method, url and body."
          + " The engine gets the bodies unchanged. The command prints the batch's id. With"
          + " --follow, --output or --errors it waits for the end. JSON: OpenAI's object."
    },
    footer = {
      "",
      "Examples:",
      "  penstock batch submit requests.jsonl",
      "  penstock batch submit requests.jsonl --window 2h --metadata run=7 --follow",
      "  penstock batch submit requests.jsonl --output answers.jsonl --errors errors.jsonl",
      "  penstock batch submit requests.jsonl --webhook whe_0195f0a2"
    })
final class BatchSubmitCommand extends FrontCommand {

  private static final int LONGEST_LINE = 16 * 1024 * 1024;
  private static final int LONGEST_ID = 256;

  @Parameters(paramLabel = "FILE", description = "A .jsonl file of requests.")
  Path file = Path.of("");

  @Option(
      names = {"-e", "--endpoint"},
      paramLabel = "PATH",
      description =
          "The endpoint of all requests: /v1/chat/completions, /v1/completions or /v1/embeddings"
              + " (default: the url of the file's first line).")
  @Nullable String endpoint;

  @Option(
      names = "--window",
      paramLabel = "TIME",
      description =
          "The time within which the batch must end, from 1m to 7d (default: ${DEFAULT-VALUE}).")
  String window = "24h";

  @Option(
      names = "--metadata",
      paramLabel = "KEY=VALUE",
      description = "A label of your own. Repeat the option for more, up to 16.")
  Map<String, String> metadata = Map.of();

  @Option(
      names = "--webhook",
      paramLabel = "ID",
      description =
          "The id of your webhook endpoint that is notified when the batch ends, even if the"
              + " endpoint does not list that event.")
  @Nullable String webhook;

  @Option(names = "--follow", description = "Wait for the end and show the progress.")
  boolean follow;

  @Mixin final BatchFiles files = new BatchFiles();

  BatchSubmitCommand(Environment environment) {
    super(environment);
  }

  @Override
  void validate() {
    FilesCommand.requireReadable(file);
    if (webhook != null && !webhook.matches("[!-~]{1,%d}".formatted(LONGEST_ID))) {
      throw CliException.usage(
          "--webhook is '%s'; give the id of a webhook endpoint, such as whe_0195f0a2"
              .formatted(webhook));
    }
    files.validate(file);
  }

  @Override
  int run(FrontClient client) throws Exception {
    String path = endpoint == null ? endpointOf(file) : endpoint;
    if (webhook != null) {
      // A wrong one is found out before a large file is sent.
      var _ = client.succeed(FrontCall.get("/v1/webhook_endpoints/" + FrontPages.encoded(webhook)));
    }
    ObjectNode uploaded = client.object(FileForm.upload(file, Map.of("purpose", "batch")));
    BatchObject batch = create(client, uploaded.path("id").asText(), path);
    if (!follow && !files.isGiven()) {
      console().print(output.json ? batch.json().toString() : batch.id());
      return ExitCodes.OK;
    }
    return BatchFollowCommand.follow(this, client, batch.id(), files);
  }

  /** Makes the batch; a file that no batch came of is of no use. */
  private BatchObject create(FrontClient client, String input, String path)
      throws InterruptedException {
    ObjectNode wanted =
        RecordJson.MAPPER
            .createObjectNode()
            .put("input_file_id", input)
            .put("endpoint", path)
            .put("completion_window", window);
    if (!metadata.isEmpty()) {
      metadata.forEach(wanted.putObject("metadata")::put);
    }
    byte[] body = wanted.toString().getBytes(StandardCharsets.UTF_8);
    FrontCall call = FrontCall.post("/v1/batches", body);
    try {
      return new BatchObject(
          client.object(webhook == null ? call : call.with("penstock-webhook", webhook)));
    } catch (FrontException.Refused refused) {
      try {
        var _ = client.answer(FrontCall.delete("/v1/files/" + FrontPages.encoded(input)));
      } catch (FrontException gone) {
        refused.addSuppressed(gone);
      }
      throw refused;
    }
  }

  /** What the first line of a file asks for. */
  static String endpointOf(Path file) throws IOException {
    return firstLine(file)
        .flatMap(BatchSubmitCommand::url)
        .orElseThrow(
            () ->
                CliException.usage(
                    "the first line of %s names no url; give --endpoint, such as /v1/chat/completions"
                        .formatted(file)));
  }

  private static Optional<String> firstLine(Path file) throws IOException {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      StringBuilder line = new StringBuilder();
      for (int next = reader.read(); next >= 0; next = reader.read()) {
        boolean ends = next == '\n' || next == '\r';
        if (ends && !line.toString().isBlank()) {
          break;
        }
        if (!ends && (next != '\uFEFF' || !line.isEmpty())) {
          line.append((char) next);
        }
        if (line.length() > LONGEST_LINE) {
          return Optional.empty();
        }
      }
      return Optional.of(line.toString());
    } catch (MalformedInputException notText) {
      return Optional.empty();
    }
  }

  private static Optional<String> url(String line) {
    try {
      return Optional.of(RecordJson.MAPPER.readTree(line).path("url").asText())
          .filter(url -> !url.isBlank());
    } catch (IOException | IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }
}
