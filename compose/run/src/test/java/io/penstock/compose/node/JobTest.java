package io.penstock.compose.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.WorkerState;
import io.penstock.workers.WorkerHealth;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class JobTest {

  private final CompletableFuture<Void> stopped = new CompletableFuture<>();

  @Test
  void aWorkerThatIsDrainedHasEndedAndNotFailed() {
    Job worker = Job.ofWorker(() -> health(true), Optional::empty, stopped);
    assertThat(worker.end(Role.WORKER)).isEmpty();
    stopped.complete(null);
    assertThat(worker.end(Role.WORKER)).contains(new RoleEnd(Role.WORKER, Optional.empty()));
    assertThat(worker.failure().get()).isEmpty();
  }

  @Test
  void aWorkerThatDiedHasFailed() {
    Job worker = Job.ofWorker(() -> health(true), () -> Optional.of("has died"), stopped);
    assertThat(worker.end(Role.WORKER)).contains(new RoleEnd(Role.WORKER, Optional.of("has died")));
  }

  @Test
  void aWorkerThatIsNotReadySaysWhy() {
    assertThat(Job.ofWorker(() -> health(true), Optional::empty, stopped).problem().get())
        .isEmpty();
    assertThat(Job.ofWorker(() -> health(false), Optional::empty, stopped).problem().get())
        .contains("not started");
  }

  @Test
  void whatIsNotStartedHasNotEnded() {
    assertThat(Job.NOT_STARTED.end(Role.SCORE)).isEmpty();
    assertThat(Job.NOT_STARTED.problem().get()).isPresent();
  }

  private static WorkerHealth health(boolean ready) {
    return new WorkerHealth(
        ready,
        ready ? List.of() : List.of("not started"),
        WorkerState.ACTIVE,
        "session",
        List.of(),
        0,
        0,
        Optional.empty(),
        Optional.empty());
  }
}
