package io.penstock.compose.cli;

import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code penstock batch} and the commands below it. */
@Command(
    name = "batch",
    description = "Submit files of requests to the HTTP front, follow them, and download answers.",
    footer = {
      "",
      "Examples:",
      "  penstock batch submit requests.jsonl --follow --output answers.jsonl",
      "  penstock batch list",
      "  penstock batch follow batch_0195f0a2",
      "  penstock batch download batch_0195f0a2 --output answers.jsonl --errors errors.jsonl"
    })
final class BatchCommand extends GroupCommand {

  private static final String PATH = "/v1/batches";
  private static final int PAGE = 100;

  /** The path of a batch. */
  static String path(String id) {
    return PATH + "/" + FrontPages.encoded(id);
  }

  static BatchObject read(FrontClient client, String id) throws InterruptedException {
    return new BatchObject(client.object(FrontCall.get(path(id))));
  }

  private static Listing<BatchObject> listing(Instant now) {
    return Listing.ofRecords(
        BatchObject::json,
        Column.shown("ID", BatchObject::id),
        Column.shown("STATUS", BatchObject::status),
        Column.shown("DONE", batch -> batch.done() + "/" + batch.total()),
        Column.shown("FAILED", BatchObject::failed),
        Column.shown(
            "CREATED",
            batch ->
                batch
                    .time("created_at")
                    .map(at -> TimeText.age(Duration.between(at, now)) + " ago")),
        Column.shown(
            "DONE IN",
            batch -> batch.estimate().map(at -> TimeText.age(Duration.between(now, at)))),
        Column.shown("ENDPOINT", batch -> batch.json().path("endpoint").asText()));
  }

  /** {@code penstock batch list}. */
  @Command(
      name = "list",
      description = {"Show your batches, the latest first.", "", "JSON: OpenAI's object for each."})
  static final class ListBatches extends FrontCommand {

    @Mixin final LimitOption limit = new LimitOption();

    ListBatches(Environment environment) {
      super(environment);
    }

    @Override
    void validate() {
      limit.validate();
    }

    @Override
    int run(FrontClient client) throws InterruptedException {
      List<BatchObject> batches =
          FrontPages.read(client, PATH, limit.most(), PAGE).stream().map(BatchObject::new).toList();
      listing(environment.clock().instant()).print(console(), output.json, batches, "no batch");
      return ExitCodes.OK;
    }
  }

  /** {@code penstock batch show}. */
  @Command(
      name = "show",
      description = {
        "Show a batch: as a line and what is wrong with its file, or as OpenAI's object.",
        "",
        "JSON: OpenAI's object, on one line."
      })
  static final class Show extends FrontCommand {

    @Parameters(paramLabel = "ID", description = "The batch's id.")
    String id = "";

    Show(Environment environment) {
      super(environment);
    }

    @Override
    int run(FrontClient client) throws InterruptedException {
      print(this, read(client, id));
      return ExitCodes.OK;
    }
  }

  /** {@code penstock batch cancel}. */
  @Command(
      name = "cancel",
      description = {
        "Cancel a batch. What was answered before can be downloaded.",
        "",
        "Returns at once; 'batch follow' waits for the end. JSON: OpenAI's object."
      })
  static final class Cancel extends FrontCommand {

    @Parameters(paramLabel = "ID", description = "The batch's id.")
    String id = "";

    Cancel(Environment environment) {
      super(environment);
    }

    @Override
    int run(FrontClient client) throws InterruptedException {
      print(this, new BatchObject(client.object(FrontCall.post(path(id) + "/cancel"))));
      return ExitCodes.OK;
    }
  }

  /** Prints a batch, and to a person what is wrong with its file. */
  static void print(FrontCommand command, BatchObject batch) {
    if (command.output.json) {
      command.console().print(batch.json());
      return;
    }
    command.console().print(batch.text(command.environment.clock().instant()));
    batch.faults().forEach(command.console()::error);
  }
}
