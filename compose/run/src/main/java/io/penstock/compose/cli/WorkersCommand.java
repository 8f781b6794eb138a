package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.fleet.WorkerBoard;
import io.penstock.schemas.text.Printable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code penstock workers}. */
@Command(
    name = "workers",
    description = {
      "Show the workers that sent a heartbeat in the last 30 seconds.",
      "",
      "RUN/SLOTS: requests running of those the engine runs at once. WINDOW: leases it would still"
          + " take, over all its partitions. SPEED: observed prompt/output tokens per second."
          + " HEARD: age of its last heartbeat; one is sent each second, and after 5 s of silence"
          + " its leases go to others. PAUSED in STATE: its engine or provider asked for a pause,"
          + " which lasts that much longer; the reason stands below the table.",
      "",
      "JSON: an object for each worker with worker, session, state, models, engine, host, running,"
          + " slots, window, prefillTokensPerSecond, decodeTokensPerSecond, startedAt, heartbeatAt,"
          + " heartbeatAgeSeconds, pausedUntil and pauseReason (both null while it is not paused).",
      "",
      "Over HTTP, which --url and --admin-key choose, JSON is the front\'s object for each."
    },
    footer = {
      "",
      "Examples:",
      "  penstock workers",
      "  penstock workers --watch",
      "  penstock workers drain gpu-7"
    })
final class WorkersCommand extends OperatorCommand {

  private static final String PATH = "/admin/workers";
  private static final Duration HORIZON = Duration.ofSeconds(30);
  private static final Duration REFRESH = Duration.ofSeconds(1);

  @Option(
      names = {"-w", "--watch"},
      description = "Refresh each second until Ctrl-C.")
  boolean watch;

  private final WorkerBoard board = new WorkerBoard();
  private Instant shownAt = Instant.EPOCH;

  WorkersCommand(Environment environment) {
    super(environment);
  }

  @Override
  int run(Cluster cluster) {
    String topic = cluster.names().demand();
    EntryReader<WorkerDemand> reader = new EntryReader<>(cluster.serdes(), WorkerDemand.class);
    TopicLog.Start start = new TopicLog.Start.At(now().minus(HORIZON));
    if (watch) {
      shownAt = now();
      cluster.log().follow(topic, start, entry -> watched(entry, reader));
    } else {
      cluster.log().read(topic, start, entry -> taken(entry, reader));
      show();
    }
    reader.warn(console(), topic);
    return ExitCodes.OK;
  }

  @Override
  void validateHttp() {
    RequesterCommand.requireAbsent(watch, "--watch", "call the command again");
  }

  @Override
  int run(FrontClient client) throws InterruptedException {
    List<ObjectNode> workers = FrontPages.objects(client.object(FrontCall.get(PATH)));
    Listing.<ObjectNode>ofRecords(
            worker -> worker,
            FrontFields.text("WORKER", "id"),
            FrontFields.text("STATE", "state"),
            FrontFields.of(
                "RUN/SLOTS",
                each -> each.path("running").asText() + "/" + each.path("slots").asText()),
            FrontFields.text("WINDOW", "window"),
            FrontFields.age("HEARD", "heartbeat_at", now()),
            FrontFields.text("SESSION", "session"),
            FrontFields.text("ENGINE", "engine"),
            FrontFields.text("MODELS", "models"),
            FrontFields.text("PAUSED", "pause_reason"))
        .print(
            console(),
            output.json,
            workers,
            "no worker has sent a heartbeat in the last " + TimeText.age(HORIZON));
    return ExitCodes.OK;
  }

  /** {@code penstock workers drain}. */
  @Command(
      name = "drain",
      description = {
        "Let workers finish what they run and then end. They take nothing new. Over HTTP only.",
        "",
        "Returns when the command is stored. JSON: the front's object of each worker."
      },
      footer = {"", "Examples:", "  penstock workers drain gpu-7 --reason 'new driver'"})
  static final class Drain extends AdminCommand {

    @Parameters(arity = "1..*", paramLabel = "ID", description = "Ids of workers.")
    List<String> ids = List.of();

    @Option(
        names = "--reason",
        paramLabel = "TEXT",
        description = "The reason. It is recorded with the change.")
    @Nullable String reason;

    Drain(Environment environment) {
      super(environment);
    }

    @Override
    int run(FrontClient client) throws InterruptedException {
      ObjectNode body = RecordJson.MAPPER.createObjectNode();
      if (reason != null) {
        body.put("reason", reason);
      }
      for (String id : ids) {
        String path = PATH + "/" + FrontPages.encoded(id) + "/drain";
        ObjectNode worker =
            client.object(FrontCall.post(path, body.toString().getBytes(StandardCharsets.UTF_8)));
        console().print(output.json ? worker.toString() : "draining " + Printable.of(id));
      }
      return ExitCodes.OK;
    }
  }

  private boolean taken(TopicLog.Entry entry, EntryReader<WorkerDemand> reader) {
    Optional<WorkerDemand> demand = reader.read(entry);
    demand.ifPresent(value -> board.add(entry.partition(), value));
    return true;
  }

  private boolean watched(TopicLog.Entry entry, EntryReader<WorkerDemand> reader) {
    taken(entry, reader);
    if (Duration.between(shownAt, now()).compareTo(REFRESH) >= 0) {
      shownAt = now();
      if (console().outTerminal() && !output.json) {
        console().print("\u001B[H\u001B[2J" + TimeText.text(shownAt));
      }
      show();
    }
    return true;
  }

  private void show() {
    List<WorkerBoard.Row> rows = board.rows(now(), HORIZON);
    if (!output.json && rows.isEmpty()) {
      console().note("no worker has sent a heartbeat in the last " + TimeText.age(HORIZON));
      return;
    }
    listing().print(console(), output.json, rows);
    if (output.json) {
      return;
    }
    for (WorkerBoard.Row row : rows) {
      if (row.paused(now()).isPresent()) {
        console()
            .note(
                "%s is paused until %s: %s"
                    .formatted(
                        Printable.of(row.latest().getWorkerId()),
                        TimeText.text(row.latest().getPausedUntil().orElseThrow()),
                        Printable.of(row.latest().getPauseReason().orElse("no reason given"))));
      }
    }
  }

  private Listing<WorkerBoard.Row> listing() {
    return Listing.of(
        Column.of("WORKER", "worker", row -> row.latest().getWorkerId()),
        Column.field("state", row -> row.latest().getState()),
        Column.shown("STATE", this::state),
        Column.field("running", row -> row.latest().getRunning()),
        Column.field("slots", row -> row.latest().getSlots()),
        Column.shown("RUN/SLOTS", row -> row.latest().getRunning() + "/" + row.latest().getSlots()),
        Column.of("WINDOW", "window", WorkerBoard.Row::window),
        Column.field("prefillTokensPerSecond", row -> row.latest().getPrefillTokensPerSecond()),
        Column.field("decodeTokensPerSecond", row -> row.latest().getDecodeTokensPerSecond()),
        Column.shown(
            "SPEED",
            row ->
                speed(row.latest().getPrefillTokensPerSecond())
                    + "/"
                    + speed(row.latest().getDecodeTokensPerSecond())),
        Column.field("startedAt", row -> row.latest().getStartedAt()),
        Column.field("heartbeatAt", row -> row.latest().getSentAt()),
        Column.field("heartbeatAgeSeconds", row -> TimeText.seconds(row.heartbeatAge())),
        Column.shown("HEARD", row -> TimeText.age(row.heartbeatAge())),
        Column.of("SESSION", "session", row -> row.latest().getSession()),
        Column.of("ENGINE", "engine", row -> row.latest().getEngine()),
        Column.field("host", row -> row.latest().getHost()),
        Column.of("MODELS", "models", WorkerBoard.Row::models, names -> String.join(",", names)),
        Column.field("pausedUntil", row -> row.latest().getPausedUntil()),
        Column.field("pauseReason", row -> row.latest().getPauseReason()));
  }

  private String state(WorkerBoard.Row row) {
    return row.paused(now())
        .map(left -> "PAUSED " + TimeText.age(left))
        .orElse(row.latest().getState().name());
  }

  private static String speed(Optional<Double> tokensPerSecond) {
    return tokensPerSecond.map(value -> "%.0f".formatted(value)).orElse("-");
  }

  private Instant now() {
    return environment.clock().instant();
  }
}
