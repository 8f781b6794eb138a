package io.penstock.compose.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers a child process on disk, so that the next start can end one left over. Holds the
 * process's start time beside its id: an id alone may by then be another's.
 */
final class PidFile {

  private static final Logger log = LoggerFactory.getLogger(PidFile.class);

  private final Path file;

  PidFile(Path file) {
    this.file = file;
  }

  void write(ProcessHandle process) throws IOException {
    Optional<Instant> started = process.info().startInstant();
    if (started.isPresent()) {
      Files.writeString(file, "%d %s%n".formatted(process.pid(), started.get()));
    }
  }

  void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  /** Ends the process written down, if it still runs, and waits up to 5 s for its end. */
  void endLeftOver() throws IOException {
    Optional<ProcessHandle> leftOver = read();
    if (leftOver.isPresent()) {
      log.warn("Ending a registry left over from an earlier run, process {}", leftOver.get().pid());
      leftOver.get().destroyForcibly();
      awaitEnd(leftOver.get());
    }
    delete();
  }

  private Optional<ProcessHandle> read() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String[] fields = Files.readString(file).strip().split(" ", -1);
    if (fields.length != 2 || !fields[0].matches("\\d{1,18}")) {
      return Optional.empty();
    }
    return ProcessHandle.of(Long.parseLong(fields[0]))
        .filter(process -> startedAt(process).equals(fields[1]));
  }

  private static String startedAt(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("");
  }

  private static void awaitEnd(ProcessHandle process) {
    try {
      process.onExit().orTimeout(5, TimeUnit.SECONDS).join();
    } catch (CompletionException _) {
      log.warn("Process {} does not end", process.pid());
    }
  }
}
