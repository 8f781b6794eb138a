package io.penstock.compose.bench.cli;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.scaling.ScalingBench;
import io.penstock.compose.bench.scaling.ScalingSettings;
import io.penstock.compose.cli.Environment;
import io.penstock.compose.cli.TimeText;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code penstock bench scaling}. */
@Command(
    name = "scaling",
    description = {
      "How much more slow work more workers do, against the ideal.",
      "",
      "The engines sleep. JSON: cells, each with workers, job_ms, requests_per_s, speed_up and"
          + " efficiency."
    },
    footer = {"", "Examples:", "  penstock bench scaling --workers 4,32 --jobs 10ms,200ms"})
final class BenchScalingCommand extends BenchmarkCommand {

  @Option(
      names = "--workers",
      paramLabel = "N",
      split = ",",
      description = "Numbers of workers (default: ${DEFAULT-VALUE}).")
  List<Integer> workers = List.of(4, 8, 16, 32);

  @Option(
      names = "--jobs",
      paramLabel = "TIME",
      split = ",",
      description = "How long an engine sleeps for a request (default: ${DEFAULT-VALUE}).")
  List<String> jobs = List.of("1ms", "10ms", "50ms", "200ms");

  @Mixin final SlotsOption worker = new SlotsOption(1);

  @Mixin final SecondsOption measured = new SecondsOption(4);

  @Mixin final WarmUpOption warmUp = new WarmUpOption(40);

  BenchScalingCommand(Environment environment) {
    super(environment);
  }

  @Override
  Bench bench() {
    return new ScalingBench(settings());
  }

  @Override
  List<String> quick() {
    return List.of("--workers", "4,8", "--jobs", "10ms,50ms", "--seconds", "2", "--warm-up", "5");
  }

  /** Returns what the options say. */
  ScalingSettings settings() {
    return valid(
        () ->
            new ScalingSettings(
                workers,
                jobs.stream().map(each -> TimeText.duration("--jobs", each)).toList(),
                worker.slots,
                measured.time(),
                warmUp.time()));
  }
}
