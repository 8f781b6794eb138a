package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
}
