package io.penstock.compose.bench.protocol;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.BenchTable;
import io.penstock.compose.bench.Findings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Simulates the protocol under faults, and shrinks what violates an invariant. */
public final class SimulateFaultsBench implements Bench {

  private static final Duration MOST_SHRINKING = Duration.ofMinutes(5);

  private final ProtocolSettings settings;
  private final InstantSource clock;

  public SimulateFaultsBench(ProtocolSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
  }

  @Override
  public Findings run(BenchProgress progress) {
    SimulationResult result = ProtocolSimulation.run(settings, clock, progress);
    List<String> notes = new ArrayList<>();
    ObjectNode json = json(result);
    SimulationResult.Violation violation = result.violation();
    if (violation != null) {
      SimulationResult small = Shrinker.shrink(result, clock, MOST_SHRINKING, progress);
      notes.add(
          "VIOLATED at step %d: %s.".formatted(violation.step(), violation.invariant().text()));
      notes.add("What happened: " + violation.what());
      notes.add("Repeat with: " + settings.command());
      notes.add(
          "Shrunk to %d requests: %s"
              .formatted(small.settings().requests(), small.settings().command()));
      violation(json.putObject("violation"), violation, settings);
      SimulationResult.Violation smaller = small.violation();
      if (smaller != null) {
        violation(json.putObject("shrunk"), smaller, small.settings());
      }
    }
    return new Findings(
        List.of(summary(result), faults(result)), List.of(), json, notes, violation == null);
  }

  private static void violation(
      ObjectNode json, SimulationResult.Violation violation, ProtocolSettings settings) {
    json.put("invariant", violation.invariant().name().toLowerCase(Locale.ROOT))
        .put("what", violation.what())
        .put("step", violation.step())
        .put("requests", settings.requests())
        .put("command", settings.command());
  }

  private static ObjectNode json(SimulationResult result) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("requests", result.settings().requests()).put("steps", result.steps());
    ObjectNode faults = json.putObject("faults");
    result.faults().forEach((kind, count) -> faults.put(kind.label(), count));
    json.put("accepted", result.accepted())
        .put("attempts", result.attempts())
        .put("reexecuted", result.reexecuted())
        .put("results", result.results())
        .put("lost", result.lost())
        .put("duplicates", duplicates(result))
        .put("repetitions", result.repetitions())
        .put("transfers", result.transfers())
        .put("batches", result.batches())
        .put("simulated_s", Math.round(result.simulatedSeconds()))
        .put("seconds", result.seconds())
        .put("requests_per_s", Math.round(result.requestsPerSecond()))
        .put("history", result.hash());
    return json;
  }

  /** A run ends with the first, so there is none or one. */
  private static int duplicates(SimulationResult result) {
    SimulationResult.Violation violation = result.violation();
    return violation != null && violation.invariant() == Invariant.ONE_RESULT ? 1 : 0;
  }

  private static BenchTable summary(SimulationResult result) {
    return new BenchTable("summary", "what", "count")
        .row("requests accepted", result.accepted())
        .row("results", result.results())
        .row("lost", result.lost())
        .row("duplicates", duplicates(result))
        .row("leases granted", result.attempts())
        .row("executed again", result.reexecuted())
        .row("repeated ids answered", result.repetitions())
        .row("transfers between shards", result.transfers())
        .row("batches ended", result.batches())
        .row("steps", result.steps())
        .row("simulated seconds", Math.round(result.simulatedSeconds()))
        .row("requests/s", Math.round(result.requestsPerSecond()))
        .row("history", result.hash());
  }

  private static BenchTable faults(SimulationResult result) {
    BenchTable table = new BenchTable("faults", "fault", "times");
    for (Map.Entry<FaultKind, Long> each : result.faults().entrySet()) {
      table.row(each.getKey().label(), each.getValue());
    }
    return table;
  }
}
