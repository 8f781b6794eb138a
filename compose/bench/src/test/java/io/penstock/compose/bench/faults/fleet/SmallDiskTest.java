package io.penstock.compose.bench.faults.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallDiskTest {

  private static final byte[] BLOCK = new byte[1024 * 1024];

  @TempDir Path folder;

  @Test
  void nothingMoreGoesOntoAFullDiskUntilItIsEmptied() throws Exception {
    assumeThat(SmallDisk.isPossible(folder.resolve("try")))
        .as("whether this process may mount")
        .isTrue();
    Path mounted = folder.resolve("disk");
    try (SmallDisk disk = SmallDisk.mount(mounted, 4)) {
      Path kept = mounted.resolve("kept");
      Files.write(kept, BLOCK);
      disk.fill();
      assertThatThrownBy(() -> Files.write(mounted.resolve("more"), BLOCK))
          .isInstanceOf(IOException.class);
      disk.empty();
      Files.write(mounted.resolve("more"), BLOCK);
      assertThat(kept).hasSize(BLOCK.length);
    }
    assertThat(mounted).isEmptyDirectory();
  }
}
