package io.penstock.compose.cli;

import io.penstock.compose.http.FrontClient;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code penstock batch download}. */
@Command(
    name = "download",
    description = {
      "Download the answers of a batch that has ended, and the errors.",
      "",
      "Without --output and --errors the answers go to stdout. A file gets its name once it is"
          + " complete; the same command resumes a download that broke off. JSON: OpenAI's object"
          + " of the batch, if both go to files."
    },
    footer = {
      "",
      "Examples:",
      "  penstock batch download batch_0195f0a2 --output answers.jsonl --errors errors.jsonl",
      "  penstock batch download batch_0195f0a2 | jq .response.body"
    })
final class BatchDownloadCommand extends FrontCommand {

  @Parameters(paramLabel = "ID", description = "The batch's id.")
  String id = "";

  @Mixin final BatchFiles files = new BatchFiles();

  BatchDownloadCommand(Environment environment) {
    super(environment);
  }

  @Override
  void validate() {
    files.validate(null);
  }

  @Override
  int run(FrontClient client) throws Exception {
    BatchObject batch = BatchCommand.read(client, id);
    if (!batch.isEnded()) {
      throw CliException.failure(
          "batch %s is %s and has no files yet; wait for it with 'penstock batch follow %s'"
              .formatted(id, batch.status(), id));
    }
    boolean toStdout = !files.isGiven();
    if (toStdout) {
      files.answers = Path.of("-");
    }
    files.download(client, console(), batch);
    if (output.json && !toStdout) {
      console().print(batch.json());
    }
    return ExitCodes.OK;
  }
}
