package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.workers.engine.EngineFactory;
import io.penstock.workers.engine.EngineOption;
import io.penstock.workers.engine.EngineProvider;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(10)
class WorkerCommandTest {

  @Test
  void aWorkerDrainedBeforeItWasReadyIsWaitedForNoLonger() throws Exception {
    assertThat(WorkerCommand.awaitReady(() -> false, () -> true)).isFalse();
    assertThat(WorkerCommand.exitCode(Optional.empty())).isZero();
  }

  @Test
  void aWorkerThatDiedEndsItsProcessWithAFailure() {
    assertThatThrownBy(() -> WorkerCommand.exitCode(Optional.of("has died")))
        .isInstanceOfSatisfying(
            CliException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCodes.FAILURE))
        .hasMessageStartingWith("the worker has died");
  }

  @Test
  void aWorkerIsReadyWhenItSaysSo() throws Exception {
    assertThat(WorkerCommand.awaitReady(() -> true, () -> false)).isTrue();
  }

  @Test
  void helpListsEveryOptionOfEveryEngine(@TempDir Path home) {
    CliHarness cli = new CliHarness(home);
    assertThat(cli.run("worker", "--help")).isZero();
    String help = cli.out().replaceAll("\\s+", " ");
    for (EngineProvider provider : EngineFactory.providers()) {
      assertThat(help).contains("Options of engine " + provider.name());
      for (EngineOption option : provider.options()) {
        assertThat(help).contains(" %s %s".formatted(option.name(), option.description()));
      }
    }
  }
}
