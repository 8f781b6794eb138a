package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.cli.CliHarness;
import io.penstock.compose.cli.PenstockCli;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command line with the commands of all modules. */
class EveryCommandTest {

  @TempDir Path home;
  private CliHarness cli;

  @BeforeEach
  void newHarness() {
    cli = new CliHarness(home);
  }

  @Test
  void helpNamesEveryCommandAndTheExitCodes() {
    assertThat(cli.run("--help")).isZero();
    assertThat(cli.out())
        .contains(
            "  up  ",
            "  demo  ",
            "  submit  ",
            "status",
            "results",
            "cancel",
            "models",
            "workers",
            "backlog",
            "dead-letters",
            "worker",
            "complexity",
            "bench",
            "version",
            "completion")
        .contains("3", "the cluster cannot be reached");
  }

  @Test
  void everyCommandHasHelpAndThoseThatPrintTakeJson() {
    for (CommandLine command : all(PenstockCli.commandLine(cli.environment()))) {
      String name = command.getCommandSpec().qualifiedName();
      assertThat(command.getCommandSpec().findOption("--help")).as(name + " --help").isNotNull();
      assertThat(command.getCommandSpec().usageMessage().description()).as(name).isNotEmpty();
      if (command.getSubcommands().isEmpty()) {
        assertThat(command.getCommandSpec().findOption("--json")).as(name + " --json").isNotNull();
        assertThat(command.getUsageMessage()).as(name).contains("JSON");
      }
    }
  }

  private static List<CommandLine> all(CommandLine command) {
    List<CommandLine> found = new ArrayList<>(List.of(command));
    command.getSubcommands().values().forEach(sub -> found.addAll(all(sub)));
    return found;
  }

  @Test
  void commandsOfOtherModulesStandInTheirPlacesInTheHelp() {
    assertThat(PenstockCli.commandLine(cli.environment()).getSubcommands().keySet())
        .containsSubsequence("up", "demo", "submit")
        .containsSubsequence("budgets", "complexity", "feedback")
        .containsSubsequence("worker", "bench", "version");
  }
}
