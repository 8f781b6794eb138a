package io.penstock.compose.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.cli.CliHarness;
import io.penstock.compose.cli.ExitCodes;
import io.penstock.compose.cli.PenstockCli;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchCommandTest {

  @TempDir Path home;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "overhead --rates 0 | rates",
        "overhead --guarantee maybe | --guarantee",
        "depth --depths 0 | --depths",
        "depth --rate 1000 | --rate",
        "scaling --workers 0 | --workers",
        "scaling --jobs soon | --jobs",
        "failover --seconds 1 | --seconds",
        "failover --rate 5000 | --rate",
        "failover --brokers 2 | --brokers",
        "failover --waiting -1 | --waiting",
        "failover --finished 50000001 | --finished",
        "failover --broker-rate 0 | --broker-rate",
        "failover --broker-session 0s | --broker-session",
        "peers --depth 0 | --depth",
        "peers --batch-job 9s | --batch-job",
        "peers --systems kafka | --systems",
        "all --only speed | overhead, depth"
      })
  void aWrongOptionIsNamedBeforeAnythingStarts(String arguments, String named) {
    CliHarness cli = new CliHarness(home);
    CommandLine line = PenstockCli.commandLine(cli.environment());
    int code = line.execute(("bench " + arguments).split(" "));
    assertThat(code).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains(named);
  }

  @Test
  void defaultsMeasureExactlyOnceAtThreeRates() {
    CliHarness cli = new CliHarness(home);
    var settings = new BenchOverheadCommand(cli.environment()).settings();
    assertThat(settings.exactlyOnce()).isTrue();
    assertThat(settings.rates()).containsExactly(50.0, 200.0, 1000.0);
    assertThat(settings.headline()).isEqualTo(200);
    assertThat(settings.expectedSeconds()).as("within 5 minutes").isLessThan(290);
  }

  @Test
  void everyBenchmarkOfTheGroupTakesItsQuickOptions() {
    CliHarness cli = new CliHarness(home);
    CommandLine root = PenstockCli.commandLine(cli.environment());
    CommandLine group = root.getSubcommands().get("bench");
    assertThat(group.getSubcommands()).containsKeys("overhead", "peers", "all");
    group
        .getSubcommands()
        .forEach(
            (name, line) -> {
              if (line.getCommand() instanceof BenchmarkCommand benchmark) {
                List<String> arguments = new ArrayList<>(List.of("bench", name));
                arguments.addAll(benchmark.quick());
                arguments.addAll(
                    benchmark
                        .reading(null)
                        .or(() -> benchmark.reading(Path.of("data")))
                        .orElseThrow());
                root.parseArgs(arguments.toArray(String[]::new));
                assertThat(benchmark.bench()).as(name).isNotNull();
              }
            });
  }

  @Test
  void theCommandToRepeatLeavesOutWhereFilesWent() {
    CliHarness cli = new CliHarness(home);
    CommandLine line = PenstockCli.commandLine(cli.environment());
    line.parseArgs("bench", "depth", "--out", "/somewhere", "--job", "4 ms");
    assertThat(BenchmarkCommand.withoutOut(line)).isEqualTo("./penstock bench depth --job '4 ms'");
    line.parseArgs("bench", "depth", "--out=/somewhere");
    assertThat(BenchmarkCommand.withoutOut(line)).isEqualTo("./penstock bench depth");
  }
}
