package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.compose.node.NodeEnd;
import io.penstock.compose.node.Role;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class UpCommandTest {

  @TempDir Path home;

  @Test
  void withoutAWorkerNobodyLooksForItsEngine() {
    UpCommand up = new UpCommand(new CliHarness(home).environment());
    up.noWorker = true;
    up.config.sets = List.of("engine.kind=elsewhere");
    assertThat(up.config().has(Role.WORKER)).isFalse();
  }

  @Test
  @Timeout(10)
  void upEndsWhenItsNodeDoesOrASignalComes() throws Exception {
    Optional<NodeEnd> died = Optional.of(new NodeEnd.Failed("worker has died"));
    assertThat(UpCommand.awaitEnd(new CountDownLatch(1), () -> died)).isEqualTo(died);
    assertThat(UpCommand.awaitEnd(new CountDownLatch(0), () -> died)).isEmpty();
    assertThatThrownBy(() -> UpCommand.exitCode(died))
        .isInstanceOfSatisfying(
            CliException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCodes.FAILURE))
        .hasMessageStartingWith("worker has died");
    assertThat(UpCommand.exitCode(Optional.empty())).isZero();
  }
}
