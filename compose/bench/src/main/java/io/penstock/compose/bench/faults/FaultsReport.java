package io.penstock.compose.bench.faults;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.faults.judge.FaultRecord;
import io.penstock.compose.bench.faults.judge.Verdict;
import io.penstock.compose.bench.faults.judge.Verdict.FaultEffect;
import io.penstock.compose.bench.faults.load.FrontCounts;
import io.penstock.compose.bench.faults.plan.FaultType;
import io.penstock.compose.bench.faults.plan.PlannedFault;
import io.penstock.schemas.ServiceClass;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Tables and JSON of a run, and the invariants that it violated.
 *
 * @param plan what the seed had
 * @param missing types that this machine cannot have, and why
 * @param unsure requests of which their producer cannot say whether Kafka has them
 * @param ends what ended by itself
 * @param broken promises that clients found broken
 */
record FaultsReport(
    FaultsSettings settings,
    List<PlannedFault> plan,
    Map<FaultType, String> missing,
    Verdict verdict,
    FrontCounts front,
    long unsure,
    List<String> ends,
    List<String> broken,
    Duration leaseTimeout) {

  private static final int NAMED = 20;
  private static final double MILLIS = 1000;
  private static final Duration GRACE = Duration.ofSeconds(1);

  Findings findings() {
    List<Violation> violations = violations();
    List<String> notes = new ArrayList<>();
    for (Violation each : violations) {
      notes.add("VIOLATED: %s. %s".formatted(each.invariant().text(), each.what()));
    }
    missing.forEach((type, why) -> notes.add("Skipped %s: %s.".formatted(type.label(), why)));
    plan.stream()
        .skip(verdict.byFault().size())
        .forEach(fault -> notes.add("Not reached: " + fault.text().strip()));
    ends.forEach(each -> notes.add("Started again: " + each));
    return new Findings(
        List.of(summary(), faults()), List.of(), json(violations), notes, violations.isEmpty());
  }

  /** An invariant, and how it was violated. */
  private record Violation(FaultInvariant invariant, String what) {}

  private List<Violation> violations() {
    List<Violation> found = new ArrayList<>();
    ids(found, FaultInvariant.NOTHING_LOST, verdict.lost());
    ids(found, FaultInvariant.NOTHING_LOST, verdict.vanished());
    ids(found, FaultInvariant.NO_DUPLICATE, verdict.duplicates());
    ids(found, FaultInvariant.NO_STRANGER, verdict.strangers());
    ids(found, FaultInvariant.ONLY_IN_FLIGHT_AGAIN, verdict.unexplained());
    for (FaultEffect each : verdict.byFault()) {
      if (each.released() > leaseTimeout.plus(GRACE).toMillis()) {
        found.add(
            new Violation(
                FaultInvariant.LEASED_AGAIN_IN_TIME,
                "%s at %.1f s: %.1f s"
                    .formatted(
                        each.fault().target(),
                        each.fault().begin() / MILLIS,
                        each.released() / MILLIS)));
      }
      if (!each.fault().problem().isEmpty()) {
        found.add(new Violation(FaultInvariant.COMES_BACK, each.fault().problem()));
      }
    }
    broken.forEach(each -> found.add(new Violation(FaultInvariant.FRONT_KEEPS_ITS_WORD, each)));
    return found;
  }

  private static void ids(List<Violation> found, FaultInvariant invariant, List<String> ids) {
    if (!ids.isEmpty()) {
      String more = ids.size() > NAMED ? " and %d more".formatted(ids.size() - NAMED) : "";
      found.add(
          new Violation(
              invariant, String.join(", ", ids.subList(0, Math.min(NAMED, ids.size()))) + more));
    }
  }

  private BenchTable summary() {
    BenchTable table =
        new BenchTable("summary", "what", "count")
            .row("requests accepted", verdict.accepted())
            .row("results", verdict.results())
            .row("lost", verdict.lost().size())
            .row("duplicates", verdict.duplicates().size())
            .row("executed again", verdict.reexecuted())
            .row("in flight as faults began", verdict.inFlight())
            .row("given back by workers", verdict.released())
            .row("sent, but perhaps not taken", unsure);
    verdict.statuses().forEach((status, count) -> table.row("results " + status, count));
    verdict
        .longestGap()
        .forEach((each, gap) -> table.row("longest gap, %s, s".formatted(each), gap / MILLIS));
    return table
        .row("calls answered", front.calls())
        .row("streams read whole", front.streams())
        .row("of those in several legs", front.resumed())
        .row("streams that named an error", front.interrupted())
        .row("batches", front.batches())
        .row("lines of batches", front.lines())
        .row("clients tried again", front.retries())
        .row("processes that ended by themselves", ends.size());
  }

  private BenchTable faults() {
    BenchTable table =
        new BenchTable(
            "faults",
            "at, s",
            "fault",
            "target",
            "lasted, s",
            "ready after, s",
            "gap interactive, s",
            "gap standard, s",
            "gap batch, s",
            "in flight",
            "leased again, s");
    for (FaultEffect each : verdict.byFault()) {
      FaultRecord fault = each.fault();
      table.row(
          fault.begin() / MILLIS,
          fault.planned().type().label(),
          fault.target(),
          (fault.end() - fault.begin()) / MILLIS,
          (fault.recovered() - fault.end()) / MILLIS,
          each.gap().getOrDefault(ServiceClass.INTERACTIVE, 0L) / MILLIS,
          each.gap().getOrDefault(ServiceClass.STANDARD, 0L) / MILLIS,
          each.gap().getOrDefault(ServiceClass.BATCH, 0L) / MILLIS,
          each.inFlight(),
          each.released() < 0 ? null : each.released() / MILLIS);
    }
    return table;
  }

  private ObjectNode json(List<Violation> violations) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("minutes", settings.time().toMillis() / 60_000.0)
        .put("accepted", verdict.accepted())
        .put("results", verdict.results())
        .put("lost", verdict.lost().size())
        .put("duplicates", verdict.duplicates().size())
        .put("reexecuted", verdict.reexecuted());
    gaps(json.putObject("longest_gap_s"), verdict.longestGap());
    ArrayNode faults = json.putArray("faults");
    verdict.byFault().forEach(each -> put(faults.addObject(), each));
    json.put("in_flight", verdict.inFlight())
        .put("released", verdict.released())
        .put("unsure", unsure);
    verdict.statuses().forEach(json.putObject("statuses")::put);
    json.putObject("front")
        .put("calls", front.calls())
        .put("streams", front.streams())
        .put("resumed", front.resumed())
        .put("interrupted", front.interrupted())
        .put("batches", front.batches())
        .put("lines", front.lines())
        .put("retries", front.retries());
    ObjectNode kinds = json.putObject("kinds");
    counts().forEach((type, count) -> kinds.put(type.label(), count));
    ObjectNode skipped = json.putObject("skipped");
    missing.forEach((type, why) -> skipped.put(type.label(), why));
    json.put("not_reached", plan.size() - verdict.byFault().size())
        .put("ended_by_themselves", ends.size());
    ObjectNode invariants = json.putObject("invariants");
    for (FaultInvariant each : FaultInvariant.values()) {
      invariants.put(
          each.name().toLowerCase(Locale.ROOT),
          violations.stream().noneMatch(violation -> violation.invariant() == each));
    }
    return json;
  }

  private Map<FaultType, Integer> counts() {
    Map<FaultType, Integer> counts = new EnumMap<>(FaultType.class);
    verdict.byFault().forEach(each -> counts.merge(each.fault().planned().type(), 1, Integer::sum));
    return counts;
  }

  private static void put(ObjectNode json, FaultEffect effect) {
    FaultRecord fault = effect.fault();
    json.put("at_s", fault.begin() / MILLIS)
        .put("kind", fault.planned().type().label())
        .put("target", fault.target())
        .put("length_s", (fault.end() - fault.begin()) / MILLIS)
        .put("ready_s", (fault.recovered() - fault.end()) / MILLIS);
    if (!fault.planned().skew().isZero()) {
      json.put("skew_s", fault.planned().skew().toSeconds());
    }
    gaps(json.putObject("gap_s"), effect.gap());
    json.put("in_flight", effect.inFlight());
    if (effect.released() >= 0) {
      json.put("leased_again_s", effect.released() / MILLIS);
    }
  }

  private static void gaps(ObjectNode json, Map<ServiceClass, Long> gaps) {
    gaps.forEach((each, gap) -> json.put(each.name().toLowerCase(Locale.ROOT), gap / MILLIS));
  }
}
