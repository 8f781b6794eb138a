package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.workers.engine.EngineFactory;
import io.penstock.workers.engine.EngineOption;
import io.penstock.workers.engine.EngineProvider;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(10)
class WorkerCommandTest {

  @Test
  void aWorkerDrainedBeforeItWasReadyIsWaitedForNoLonger() throws Exception {
    CompletableFuture<Void> stopped = CompletableFuture.completedFuture(null);
    assertThat(WorkerCommand.awaitReady(() -> false, stopped)).isFalse();
  }

  @Test
  void aWorkerThatDiedBeforeItWasReadyIsWaitedForNoLonger() throws Exception {
    CompletableFuture<Void> stopped = CompletableFuture.failedFuture(new OutOfMemoryError());
    assertThat(WorkerCommand.awaitReady(() -> false, stopped)).isFalse();
  }

  @Test
  void aWorkerIsReadyWhenItSaysSo() throws Exception {
    assertThat(WorkerCommand.awaitReady(() -> true, new CompletableFuture<>())).isTrue();
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
