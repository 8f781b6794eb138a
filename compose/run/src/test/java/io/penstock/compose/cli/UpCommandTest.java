package io.penstock.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.node.Role;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
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
}
