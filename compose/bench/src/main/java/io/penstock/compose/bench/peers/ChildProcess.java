package io.penstock.compose.bench.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process of a peer: its stdout is read line by line, its stderr goes into a file that is quoted
 * when something is wrong.
 */
final class ChildProcess implements AutoCloseable {

  private static final Duration STOP = Duration.ofSeconds(5);
  private static final int LOG_TAIL_LINES = 15;
  private static final String END = "\0";

  private final String name;
  private final Process process;
  private final Path log;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private ChildProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * Starts it.
   *
   * @param name also of its log
   * @param folder where it runs
   * @param environment beside that of this process
   * @param logs folder of its log
   */
  static ChildProcess start(
      String name, List<String> command, Path folder, Map<String, String> environment, Path logs)
      throws IOException {
    Path log = logs.resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectError(log.toFile());
    builder.environment().putAll(environment);
    ChildProcess child = new ChildProcess(name, builder.start(), log);
    Thread.ofPlatform().name("bench-" + name).daemon().start(child::read);
    return child;
  }

  private void read() {
    try (BufferedReader output = process.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
      }
    } catch (IOException _) {
      // It was killed.
    } finally {
      lines.add(END);
    }
  }

  /** Writes a line to its stdin. */
  void write(String line) throws IOException {
    Writer input = process.outputWriter();
    input.write(line + "\n");
    input.flush();
  }

  /**
   * The next line of its stdout.
   *
   * @throws IllegalStateException with what it logged, if it ends or says nothing for so long
   */
  String read(Duration patience) throws InterruptedException {
    String line = lines.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    if (line == null) {
      throw wrong("said nothing for %d s".formatted(patience.toSeconds()));
    }
    if (line.equals(END)) {
      lines.add(END);
      throw wrong("ended");
    }
    return line;
  }

  /** Returns when it has said this line, whatever it says before. */
  void await(String expected, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (!read(Duration.ofNanos(Math.max(1, end - System.nanoTime()))).equals(expected)) {
      // Banners and the like.
    }
  }

  boolean alive() {
    return process.isAlive();
  }

  IllegalStateException wrong(String what) {
    return new IllegalStateException("%s %s; its log ends:\n%s".formatted(name, what, tail()));
  }

  private String tail() {
    try {
      List<String> all = Files.readAllLines(log);
      return String.join("\n", all.subList(Math.max(0, all.size() - LOG_TAIL_LINES), all.size()));
    } catch (IOException e) {
      return "(it cannot be read: %s)".formatted(e.getMessage());
    }
  }

  /** Ends the process and all that it started, as {@code kill -9} does. */
  void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    await(process, null);
  }

  /** Asks it to end, and kills it if it does not. */
  @Override
  public void close() {
    process.destroy();
    if (!await(process, STOP)) {
      kill();
    }
  }

  private static boolean await(Process process, @Nullable Duration patience) {
    try {
      return process.waitFor(
          (patience == null ? STOP : patience).toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
