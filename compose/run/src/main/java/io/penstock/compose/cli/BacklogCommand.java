package io.penstock.compose.cli;

import io.penstock.schemas.RequestStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code penstock backlog}. */
@Command(
    name = "backlog",
    description = {
      "Show what waits, by model and class.",
      "",
      "Folded from the lifecycle topic up to its end when the command began, so it is as old as the"
          + " newest record there; the line below the table says how old. It shows only states"
          + " that dispatch is configured to write, and OLDEST is the time since a request last"
          + " began to wait. Requests that scoring has not read yet are in no lifecycle record.",
      "",
      "JSON: an object for each model and class with model, class, accepted, waiting, leased,"
          + " oldestWaitingSeconds and asOf (when the newest lifecycle record was written)."
    },
    footer = {"", "Examples:", "  penstock backlog", "  penstock backlog --json | jq .waiting"})
final class BacklogCommand extends ClusterCommand {

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

  private void print(Backlog backlog) {
    Instant now = environment.clock().instant();
    List<Backlog.Row> rows = backlog.rows();
    if (output.json) {
      rows.forEach(row -> console().print(row.toJson(now, backlog.asOf().orElse(null))));
      return;
    }
    if (rows.isEmpty()) {
      console().print("nothing waits");
    } else {
      Table table = new Table("MODEL", "CLASS", "ACCEPTED", "WAITING", "LEASED", "OLDEST");
      for (Backlog.Row row : rows) {
        table.row(
            row.model(),
            row.serviceClass(),
            row.accepted(),
            row.waiting(),
            row.leased(),
            row.oldest().map(since -> TimeText.age(Duration.between(since, now))).orElse("-"));
      }
      table.print(console());
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
}
