package io.penstock.compose.bench.faults.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The wall clock of one process, which {@code libfaketime} shifts while the process runs. Its
 * monotonic clock stays as it is, as when an operator or NTP sets a host's clock.
 */
final class ShiftedClock {

  /** How long a process may go on by the time before. */
  static final Duration SETTLES = Duration.ofSeconds(1);

  private static final List<Path> PLACES =
      List.of(
          Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
          Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"),
          Path.of("/usr/lib/faketime/libfaketimeMT.so.1"),
          Path.of("/usr/lib64/faketime/libfaketimeMT.so.1"),
          Path.of("/usr/local/lib/faketime/libfaketimeMT.so.1"));

  private final Path file;
  private final Path library;

  /**
   * One that shows the true time.
   *
   * @param file says by how much it is shifted
   */
  ShiftedClock(Path file) throws IOException {
    this.file = file;
    this.library = library().orElseThrow();
    shift(Duration.ZERO);
  }

  /** The library, if it is installed. */
  static Optional<Path> library() {
    return PLACES.stream().filter(Files::isReadable).findFirst();
  }

  /**
   * Variables of the process that is to have this clock. Without the last one the library reckons
   * the ends of timed waits by the wrong clock: each ends at once, and a JVM spins.
   */
  Map<String, String> environment() {
    return Map.of(
        "LD_PRELOAD", library.toString(),
        "FAKETIME_TIMESTAMP_FILE", file.toString(),
        "FAKETIME_CACHE_DURATION", String.valueOf(SETTLES.toSeconds()),
        "FAKETIME_DONT_FAKE_MONOTONIC", "1",
        "FAKETIME_FORCE_MONOTONIC_FIX", "0");
  }

  /** Sets it off by so much, in whole seconds. */
  void shift(Duration by) throws IOException {
    Path written = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(written, "%+d%n".formatted(by.toSeconds()));
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
