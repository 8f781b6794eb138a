package io.penstock.compose.bench.failover;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Columns;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.chart.Chart;
import io.penstock.compose.cli.Column;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Tables, chart and JSON of what was found. */
final class FailoverReport {

  private final FailoverSettings settings;
  private final Map<String, Recovery> killed;
  private final Optional<BrokerLoss> loss;

  /**
   * @param processes recoveries by what was killed, in order
   */
  FailoverReport(
      FailoverSettings settings, Map<String, Recovery> processes, Optional<BrokerLoss> loss) {
    this.settings = settings;
    this.killed = new LinkedHashMap<>(processes);
    this.loss = loss;
    loss.ifPresent(each -> killed.put("broker", each.killed()));
  }

  Findings findings() {
    List<BenchTable> tables = new ArrayList<>();
    tables.add(kills().table("kills", "killed", killed));
    loss.ifPresent(
        each -> tables.add(back().table("broker-back", "started again", Map.of("broker", each))));
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    kills().putEach(json, killed);
    loss.ifPresent(each -> put(json, each));
    boolean kept =
        killed.values().stream().allMatch(Recovery::kept)
            && loss.map(BrokerLoss::back).map(Recovery::kept).orElse(true);
    return new Findings(tables, List.of(chart()), json, notes(kept), kept);
  }

  private static <T> List<Column<T>> counts(Function<T, Recovery> of) {
    return List.of(
        Column.of("sent", "sent", each -> of.apply(each).sent()),
        Column.of("lost", "lost", each -> of.apply(each).lost()),
        Column.of("duplicates", "duplicates", each -> of.apply(each).duplicates()),
        Column.of("failed", "failed", each -> of.apply(each).failed()));
  }

  private static Columns<Recovery> kills() {
    List<Column<Recovery>> columns = new ArrayList<>(counts(Function.identity()));
    columns.add(seconds("resumed after s", "resume_ms", Recovery::resumeMillis));
    columns.add(seconds("in flight settled after s", "settled_ms", Recovery::settledMillis));
    columns.add(seconds("longest s", "longest_ms", Recovery::longestMillis));
    return Columns.of(columns);
  }

  private static Columns<BrokerLoss> back() {
    List<Column<BrokerLoss>> columns = new ArrayList<>(counts(BrokerLoss::back));
    columns.add(Column.field("resume_ms", each -> each.back().resumeMillis()));
    columns.add(Column.field("settled_ms", each -> each.back().settledMillis()));
    columns.add(seconds("ready after s", "ready_ms", each -> each.ready().toMillis()));
    columns.add(seconds("all in sync after s", "in_sync_ms", each -> each.inSync().toMillis()));
    columns.add(seconds("longest s", "longest_ms", each -> each.back().longestMillis()));
    return Columns.of(columns);
  }

  /** Milliseconds in JSON, which the table shows as seconds. */
  private static <T> Column<T> seconds(
      String heading, String field, Function<T, ? extends Number> millis) {
    return Column.of(heading, field, millis, (Number each) -> each.doubleValue() / 1e3);
  }

  private static void put(ObjectNode json, BrokerLoss loss) {
    BrokerRoles roles = loss.roles();
    json.withObject("/broker")
        .putObject("roles")
        .put("controller", roles.controller())
        .put("led", roles.led())
        .put("partitions", roles.partitions())
        .put("dispatch_group", roles.dispatchGroup())
        .put("producers", roles.producers())
        .put("all_producers", roles.allProducers());
    back().put(json.putObject("broker_back"), loss);
  }

  private Chart chart() {
    return Chart.bars(
            "resume",
            "Time to resume after kill -9",
            "killed",
            "seconds",
            List.copyOf(killed.keySet()))
        .bar(
            "first results of all partitions",
            killed.values().stream().map(each -> finite(each.resumeMillis()) / 1e3).toList())
        .bar(
            "last result of what was in flight",
            killed.values().stream().map(each -> finite(each.settledMillis()) / 1e3).toList())
        .build();
  }

  private static double finite(double figure) {
    return Double.isFinite(figure) ? figure : 0;
  }

  private List<String> notes(boolean kept) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "%.0f interactive requests/s, two workers of %d slots whose engines sleep %d ms, two"
                .formatted(
                    settings.work().perSecond(),
                    settings.work().slots(),
                    settings.work().job().toMillis())
            + " dispatch processes with %d standby and time-outs of %d ms; a killed dispatch or"
                .formatted(settings.standbys(), settings.failover().toMillis())
            + " worker is not started again; resumed = every partition had a result of a request"
            + " sent after the kill; longest = of any request of the round; duplicates are counted"
            + " for 3 s after the last result");
    if (settings.waiting() > 0 || settings.finished() > 0) {
      notes.add(
          "%d batch requests waited when dispatch started, and it remembered %d that had ended;"
                  .formatted(settings.waiting(), settings.finished())
              + " warm copies had read all of it before the first kill");
    }
    loss.ifPresent(each -> notes.add(brokers(each)));
    if (!kept) {
      notes.add("results were lost or came twice: the guarantee did not hold");
    }
    return notes;
  }

  private String brokers(BrokerLoss loss) {
    return "%d brokers, each a controller too, at %.0f requests/s; 3 copies of every partition, 2 must"
            .formatted(settings.brokers(), settings.brokerRate())
        + " have a record;"
        + " broker.session.timeout.ms %d (Kafka's default 9000); the killed one %s; back, it"
            .formatted(settings.brokerSession().toMillis(), loss.roles().text())
        + " was made leader of its partitions again as soon as all copies were in sync";
  }
}
