package io.penstock.compose.cli;

import io.penstock.compose.http.FrontClient;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code penstock batch follow}. */
@Command(
    name = "follow",
    description = {
      "Wait for the end of a batch and show how far it is.",
      "",
      "Shows a bar and the expected end on a terminal, and a line for each tenth elsewhere. Waits"
          + " for a front that is restarted meanwhile. Exits 0 only if every request succeeded."
          + " JSON: OpenAI's object, when it has ended."
    },
    footer = {"", "Examples:", "  penstock batch follow batch_0195f0a2 --output answers.jsonl"})
final class BatchFollowCommand extends FrontCommand {

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  @Parameters(paramLabel = "ID", description = "The batch's id.")
  String id = "";

  @Mixin final BatchFiles files = new BatchFiles();

  BatchFollowCommand(Environment environment) {
    super(environment);
  }

  @Override
  void validate() {
    files.validate(null);
  }

  @Override
  int run(FrontClient client) throws Exception {
    return follow(this, client, id, files);
  }

  /** Follows a batch, downloads what was asked for, and returns the exit code. */
  static int follow(FrontCommand command, FrontClient client, String id, BatchFiles files)
      throws Exception {
    BatchObject batch =
        new BatchFollower(client, command.console(), command.environment.clock(), INTERVAL)
            .follow(id);
    if (files.isGiven() || !command.output.json) {
      files.download(client, command.console(), batch);
    }
    BatchCommand.print(command, batch);
    return batch.isFlawless() ? ExitCodes.OK : ExitCodes.FAILURE;
  }
}
