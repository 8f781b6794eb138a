package io.penstock.compose.bench.faults.fleet;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A file system in memory that can be filled. Needs the right to mount. */
final class SmallDisk implements AutoCloseable {

  private static final int MEGABYTES = 768;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Path folder;

  private SmallDisk(Path folder) {
    this.folder = folder;
  }

  /** Mounts one, large enough for a broker, on a folder, which it makes. */
  static SmallDisk mount(Path folder) throws IOException, InterruptedException {
    return mount(folder, MEGABYTES);
  }

  /** The same of a size in megabytes. */
  static SmallDisk mount(Path folder, int megabytes) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    if (!run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder.toString())) {
      throw new IOException("no file system could be mounted on " + folder);
    }
    return new SmallDisk(folder);
  }

  /** Whether this process may mount: tried, since rights alone do not say. */
  static boolean isPossible(Path scratch) throws InterruptedException {
    try (SmallDisk _ = mount(scratch, 1)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Writes until nothing more goes onto it. */
  void fill() throws IOException {
    byte[] block = new byte[1024 * 1024];
    try (OutputStream out = Files.newOutputStream(filler())) {
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      if (Files.getFileStore(folder).getUsableSpace() > block.length) {
        throw full;
      }
    }
  }

  /** Takes away what filled it. */
  void empty() throws IOException {
    boolean _ = Files.deleteIfExists(filler());
  }

  private Path filler() {
    return folder.resolve("filler");
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) && process.exitValue() == 0;
  }

  /** Unmounts it; what still uses it goes on until it ends. */
  @Override
  public void close() throws IOException {
    try {
      if (!run("umount", "--lazy", folder.toString())) {
        throw new IOException("umount %s failed; unmount it by hand".formatted(folder));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
