package io.penstock.compose.bench.failover;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Figures;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.chart.Chart;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
    tables.add(kills());
    loss.ifPresent(each -> tables.add(back(each)));
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    killed.forEach((name, each) -> put(json.putObject(name), each));
    loss.ifPresent(each -> put(json, each));
    boolean kept =
        killed.values().stream().allMatch(Recovery::kept)
            && loss.map(BrokerLoss::back).map(Recovery::kept).orElse(true);
    return new Findings(tables, List.of(chart()), json, notes(kept), kept);
  }

  private BenchTable kills() {
    BenchTable table =
        new BenchTable(
            "kills",
            "killed",
            "sent",
            "lost",
            "duplicates",
            "failed",
            "resumed after s",
            "in flight settled after s",
            "longest s");
    killed.forEach(
        (name, each) ->
            table.row(
                name,
                each.sent(),
                each.lost(),
                each.duplicates(),
                each.failed(),
                each.resumeMillis() / 1e3,
                each.settledMillis() / 1e3,
                each.longestMillis() / 1e3));
    return table;
  }

  private static BenchTable back(BrokerLoss loss) {
    Recovery back = loss.back();
    return new BenchTable(
            "broker-back",
            "started again",
            "sent",
            "lost",
            "duplicates",
            "failed",
            "ready after s",
            "all in sync after s",
            "longest s")
        .row(
            "broker",
            back.sent(),
            back.lost(),
            back.duplicates(),
            back.failed(),
            loss.ready().toMillis() / 1e3,
            loss.inSync().toMillis() / 1e3,
            back.longestMillis() / 1e3);
  }

  private static void put(ObjectNode json, Recovery recovery) {
    json.put("sent", recovery.sent())
        .put("lost", recovery.lost())
        .put("duplicates", recovery.duplicates())
        .put("failed", recovery.failed());
    Figures.put(json, "resume_ms", recovery.resumeMillis());
    Figures.put(json, "settled_ms", recovery.settledMillis());
    Figures.put(json, "longest_ms", recovery.longestMillis());
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
    ObjectNode back = json.putObject("broker_back");
    put(back, loss.back());
    back.put("ready_ms", loss.ready().toMillis()).put("in_sync_ms", loss.inSync().toMillis());
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
