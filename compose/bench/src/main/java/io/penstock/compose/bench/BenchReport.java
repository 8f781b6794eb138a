package io.penstock.compose.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.InstantSource;

/**
 * A benchmark's findings and how to get them again.
 *
 * @param name the benchmark
 * @param command what a reader types to repeat it, with the seed
 * @param seed of everything random in it
 * @param findings what was found
 * @param circumstances under what
 */
public record BenchReport(
    String name, String command, long seed, Findings findings, Circumstances circumstances) {

  /** Runs a benchmark and reports it. */
  public static BenchReport of(
      String name,
      String command,
      long seed,
      Bench bench,
      InstantSource clock,
      BenchProgress progress)
      throws Exception {
    var startedAt = clock.instant();
    double load = Circumstances.load();
    Findings findings = bench.run(progress);
    double seconds = Duration.between(startedAt, clock.instant()).toMillis() / 1e3;
    return new BenchReport(
        name, command, seed, findings, Circumstances.ofRun(startedAt, seconds, load));
  }

  /** The findings' JSON after {@code bench, command, seed} and before the circumstances. */
  public ObjectNode toJson() {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("bench", name)
            .put("command", command)
            .put("seed", seed);
    json.setAll(findings.json());
    json.put("trustworthy", findings.trustworthy());
    findings.notes().forEach(json.putArray("notes")::add);
    circumstances.put(json.putObject("circumstances"));
    return json;
  }
}
