package io.penstock.compose.demo;

import io.penstock.compose.cli.CliException;
import io.penstock.compose.cli.Console;
import io.penstock.compose.cli.Environment;
import io.penstock.compose.cli.ExitCodes;
import io.penstock.compose.cli.LogLevels;
import io.penstock.compose.cli.OutputOptions;
import io.penstock.compose.cli.Progress;
import io.penstock.compose.cli.Table;
import io.penstock.compose.cli.TimeText;
import io.penstock.compose.demo.routing.RoutingDemo;
import io.penstock.compose.demo.routing.RoutingDemoReport;
import io.penstock.compose.input.InputException;
import io.penstock.compose.input.InputFile;
import io.penstock.compose.node.NodeConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code penstock demo}. */
@Command(
    name = "demo",
    description = {
      "Embed real text with a Penstock of its own, and count what comes back.",
      "",
      "Everything runs in a temporary folder, deleted at the end. Four of five requests are batch,"
          + " sent at once; the fifth is interactive, sent at a steady rate meanwhile. The results"
          + " topic itself is counted: a request without a result is lost, a second result is a"
          + " duplicate. Queueing is the time from the log accepting a request to the engine"
          + " starting it.",
      "",
      "An input file is .txt (a text on each line), .csv (a 'prompt' column) or .jsonl (OpenAI"
          + " batch lines for model "
          + NodeConfig.EMBEDDING_MODEL
          + "); the demo starts only"
          + " if all of it is good.",
      "",
      "JSON, as the last line: submitted, succeeded, failed, lost, duplicates, requests_per_s,"
          + " interactive_queue_ms{p50,p99}, batch_queue_ms{p50,p99}, tokens and engine. Exits 0"
          + " only if nothing failed, was lost or came twice."
    },
    footer = {
      "",
      "Examples:",
      "  penstock demo --requests 500",
      "  penstock demo --input questions.csv --json | tail -1 | jq .requests_per_s",
      "  penstock demo --routing"
    })
final class DemoCommand implements Callable<Integer> {

  private static final long DEFAULT_REQUESTS = 300;

  private final Environment environment;

  @Option(
      names = {"-n", "--requests"},
      paramLabel = "N",
      description =
          "How many requests; the texts repeat if there are fewer. Default: 300, or as many as"
              + " --input has.")
  @Nullable Long requests;

  @Option(
      names = {"-i", "--input"},
      paramLabel = "FILE",
      description = "Texts of your own instead of the built-in sentences.")
  @Nullable Path input;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Interactive requests per second (default: ${DEFAULT-VALUE}).")
  double rate = DemoSettings.DEFAULT.interactivePerSecond();

  @Option(
      names = "--patience",
      paramLabel = "TIME",
      description =
          "What is unanswered counts as lost when nothing was answered for so long (default:"
              + " ${DEFAULT-VALUE}).")
  String patience = "60s";

  @Option(
      names = "--routing",
      description =
          "Show instead how models are chosen: selection, failover and two canaries, on simulated"
              + " GPUs, in about three minutes.")
  boolean routing;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "With --routing: where the charts are written (default: ${DEFAULT-VALUE}).")
  Path out = Path.of("demo-results");

  @Mixin final OutputOptions output = new OutputOptions();

  DemoCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws Exception {
    LogLevels.forDemo(output.verbose);
    if (routing) {
      return playRouting();
    }
    DemoSettings settings = settings();
    DemoWorkload workload = workload();
    DemoReport report;
    try (DemoHouse house = DemoHouse.open()) {
      Thread hook = Thread.ofPlatform().unstarted(house::close);
      Runtime.getRuntime().addShutdownHook(hook);
      environment.console().note("starting Kafka, the schema registry, the jobs and a worker ...");
      house.start();
      report = run(house, workload, settings);
    }
    print(report);
    return report.flawless() ? ExitCodes.OK : ExitCodes.FAILURE;
  }

  private int playRouting() throws Exception {
    if (requests != null || input != null) {
      throw CliException.usage(
          "--routing has requests of its own; leave out --requests and --input");
    }
    Console console = environment.console();
    RoutingDemoReport report;
    try (DemoHouse house = DemoHouse.withoutWorker()) {
      Thread hook = Thread.ofPlatform().unstarted(house::close);
      Runtime.getRuntime().addShutdownHook(hook);
      console.note("starting Kafka, the schema registry and the jobs ...");
      house.start();
      report = new RoutingDemo(house.connection(), house.topics()).run(console::note);
    }
    report.notes().forEach(console::note);
    for (Path chart : report.draw(out)) {
      console.note("chart: " + chart);
    }
    if (output.json) {
      console.print(report.toJson());
    } else {
      Table table = new Table("ROUTING DEMO", "simulated GPUs");
      report.table(table::row);
      table.print(console);
    }
    return report.flawless() ? ExitCodes.OK : ExitCodes.FAILURE;
  }

  private DemoReport run(DemoHouse house, DemoWorkload workload, DemoSettings settings)
      throws Exception {
    DemoRun run =
        new DemoRun(house.connection(), house.names(), workload, settings, environment.clock());
    try (Progress progress = new Progress(environment.console(), "answered", workload.requests())) {
      return run.run(progress::at);
    }
  }

  /** Returns what the options say. */
  DemoSettings settings() {
    Duration wait = TimeText.duration("--patience", patience);
    try {
      return new DemoSettings(rate, wait, DemoSettings.DEFAULT.stragglers());
    } catch (IllegalArgumentException e) {
      throw CliException.usage("--" + e.getMessage());
    }
  }

  /** Returns what is to be sent. */
  DemoWorkload workload() {
    if (requests != null && requests < 1) {
      throw CliException.usage("--requests is %d; it must be 1 or more".formatted(requests));
    }
    if (input == null) {
      return DemoWorkload.ofSentences(
          DemoCorpus.sentences(),
          Optional.ofNullable(requests).orElse(DEFAULT_REQUESTS),
          NodeConfig.EMBEDDING_MODEL);
    }
    try {
      return DemoWorkload.ofFile(
          InputFile.of(input),
          Optional.ofNullable(requests).orElse(0L),
          NodeConfig.EMBEDDING_MODEL);
    } catch (InputException e) {
      throw CliException.usage(e.getMessage());
    }
  }

  private void print(DemoReport report) {
    Console console = environment.console();
    report.firstFailure().ifPresent(why -> console.error("a request did not succeed: " + why));
    if (!report.someLostIds().isEmpty()) {
      console.error("lost, among others: " + String.join(", ", report.someLostIds()));
    }
    if (output.json) {
      console.print(report.toJson());
    } else {
      table(report).print(console);
    }
  }

  /** The report as a person reads it. */
  static Table table(DemoReport report) {
    Table table = new Table("DEMO", report.engine().orElse("no engine"));
    table.row("submitted", report.submitted());
    table.row("succeeded", report.succeeded());
    table.row("failed", report.failed());
    table.row("lost", report.lost());
    table.row("duplicates", report.duplicates());
    table.row("requests/s", "%.1f".formatted(report.requestsPerSecond()));
    table.row("tokens", report.tokens());
    table.row("interactive queueing p50/p99", queueing(report.interactiveQueue()));
    table.row("batch queueing p50/p99", queueing(report.batchQueue()));
    return table;
  }

  private static String queueing(Optional<DemoReport.QueueMillis> queue) {
    return queue
        .map(millis -> "%.1f ms / %.1f ms".formatted(millis.p50(), millis.p99()))
        .orElse("-");
  }
}
