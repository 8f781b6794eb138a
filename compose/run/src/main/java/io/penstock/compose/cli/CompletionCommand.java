package io.penstock.compose.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code penstock completion}. */
@Command(
    name = "completion",
    description = {
      "Print a script that completes commands and options in a shell.",
      "",
      "JSON: {\"shell\",\"script\"}."
    },
    footer = {
      "",
      "Examples:",
      "  source <(penstock completion bash)",
      "  penstock completion bash > /etc/bash_completion.d/penstock",
      "  source <(penstock completion zsh)"
    })
final class CompletionCommand implements Callable<Integer> {

  /** The shells known; one script serves both. */
  enum Shell {
    bash,
    zsh
  }

  private final Environment environment;

  @Parameters(
      paramLabel = "SHELL",
      arity = "0..1",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  Shell shell = Shell.bash;

  @Mixin final OutputOptions output = new OutputOptions();

  @Spec CommandSpec spec = CommandSpec.create();

  CompletionCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    String script = AutoComplete.bash("penstock", spec.root().commandLine());
    if (output.json) {
      environment
          .console()
          .print(
              RecordJson.MAPPER
                  .createObjectNode()
                  .put("shell", shell.name())
                  .put("script", script));
    } else {
      environment.console().print(script);
    }
    return ExitCodes.OK;
  }
}
