package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ServiceClass;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code penstock backlog}. */
@Command(
    name = "backlog",
    description = {
      "Show what waits, by model and class.",
      "",
      "The counts come from the lifecycle topic, read to the end that it had when the command"
          + " began. They are as old as the newest record there, which the line below the table"
          + " tells. They hold only states that dispatch is configured to write, and no requests"
          + " that scoring has not read yet. OLDEST is the time since a request last began to"
          + " wait.",
      "",
      "JSON: an object for each model and class with model, class, accepted, waiting, leased,"
          + " oldestWaitingSeconds and asOf (when the newest lifecycle record was written).",
      "",
      "Over HTTP, which --url and --admin-key choose, the counts are those that dispatch last"
          + " reported, by model and variant, with WAITING as interactive/standard/batch. JSON: the"
          + " front's object for each."
    },
    footer = {"", "Examples:", "  penstock backlog", "  penstock backlog --json | jq .waiting"})
final class BacklogCommand extends OperatorCommand {

  BacklogCommand(Environment environment) {
    super(environment);
  }

  @Override
  int run(Cluster cluster) {
    String topic = cluster.names().lifecycle();
    EntryReader<RequestStatus> reader = new EntryReader<>(cluster.serdes(), RequestStatus.class);
    Backlog backlog = new Backlog();
    cluster
        .log()
        .read(
            topic,
            new TopicLog.Start.Beginning(),
            entry -> {
              if (entry.value() == null && entry.key() != null) {
                backlog.remove(new String(entry.key(), StandardCharsets.UTF_8));
              }
              reader.read(entry).ifPresent(backlog::add);
              return true;
            });
    reader.warn(console(), topic);
    print(backlog);
    return ExitCodes.OK;
  }

  @Override
  int run(FrontClient client) throws InterruptedException {
    List<ObjectNode> lines = FrontPages.objects(client.object(FrontCall.get("/admin/backlog")));
    Listing.<ObjectNode>ofRecords(
            line -> line,
            FrontFields.text("MODEL", "model"),
            FrontFields.text("VARIANT", "variant"),
            FrontFields.text("HEALTH", "health"),
            FrontFields.text("WORKERS", "workers"),
            FrontFields.of(
                "LEASED/SLOTS",
                line -> line.path("leased").asText() + "/" + line.path("slots").asText()),
            FrontFields.of("WAITING", BacklogCommand::waiting),
            FrontFields.text("REASON", "reason"))
        .print(console(), output.json, lines, "nothing waits");
    return ExitCodes.OK;
  }

  private static String waiting(ObjectNode line) {
    Map<String, Long> waiting = new HashMap<>();
    line.path("waiting")
        .forEach(
            each ->
                waiting.put(each.path("service_class").asText(), each.path("requests").asLong()));
    return Arrays.stream(ServiceClass.values())
        .map(each -> waiting.getOrDefault(each.name().toLowerCase(Locale.ROOT), 0L))
        .map(String::valueOf)
        .collect(Collectors.joining("/"));
  }

  private void print(Backlog backlog) {
    Instant now = environment.clock().instant();
    List<Backlog.Row> rows = backlog.rows();
    listing(now, backlog.asOf()).print(console(), output.json, rows, "nothing waits");
    if (output.json) {
      return;
    }
    console()
        .note(
            backlog
                .asOf()
                .map(
                    asOf ->
                        "newest lifecycle record: "
                            + TimeText.age(Duration.between(asOf, now))
                            + " ago")
                .orElse("no lifecycle record yet"));
  }

  private static Listing<Backlog.Row> listing(Instant now, Optional<Instant> asOf) {
    return Listing.of(
        Column.of("MODEL", "model", Backlog.Row::model),
        Column.of("CLASS", "class", Backlog.Row::serviceClass),
        Column.of("ACCEPTED", "accepted", Backlog.Row::accepted),
        Column.of("WAITING", "waiting", Backlog.Row::waiting),
        Column.of("LEASED", "leased", Backlog.Row::leased),
        Column.field("oldestWaitingSeconds", row -> row.waited(now).map(TimeText::seconds)),
        Column.shown("OLDEST", row -> row.waited(now).map(TimeText::age)),
        Column.field("asOf", _ -> asOf));
  }
}
