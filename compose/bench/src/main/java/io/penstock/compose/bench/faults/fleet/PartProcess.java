package io.penstock.compose.bench.faults.fleet;

import io.penstock.compose.bench.rig.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One life of a part in a process of its own, which takes signals. */
final class PartProcess implements AutoCloseable {

  private static final int LOG_TAIL_LINES = 15;

  private final String name;
  private final Process process;
  private final Path log;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();

  private PartProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * Starts one.
   *
   * @param home stands in for the user's, so that the real one is left alone; its log is there
   * @param options of the JVM
   * @param environment variables on top of this process's own
   * @param arguments of {@link PartMain}
   */
  static PartProcess start(
      String name,
      Path home,
      int heapMegabytes,
      List<String> options,
      Map<String, String> environment,
      List<String> arguments)
      throws IOException {
    Files.createDirectories(home);
    Path log = home.resolve(name + ".log");
    List<String> command =
        new ArrayList<>(ChildJvm.command(heapMegabytes, options, PartMain.class));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(Redirect.appendTo(log.toFile()));
    builder.environment().put("HOME", home.toString());
    builder.environment().putAll(environment);
    PartProcess part = new PartProcess(name, builder.start(), log);
    var _ = Thread.ofVirtual().start(part::read);
    return part;
  }

  private void read() {
    try (BufferedReader output = process.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.contains(PartMain.READY)) {
          ready.complete(null);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      // It has ended, which is what the end of its output says, too.
    }
    ready.completeExceptionally(new IllegalStateException(name + " ended before it was ready"));
  }

  /** Returns whether it was ready within this time. */
  boolean awaitReady(Duration patience) throws InterruptedException {
    try {
      ready.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  boolean isReady() {
    return ready.isDone() && !ready.isCompletedExceptionally() && process.isAlive();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** How it ended. */
  int exitValue() {
    return process.exitValue();
  }

  /** As `kill -9`: nothing of it gets a chance to clean up. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** As `kill`: it may drain. Returns whether it ended within this time; it is killed otherwise. */
  boolean terminate(Duration patience) throws InterruptedException {
    process.destroy();
    boolean ended = process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    kill();
    return ended;
  }

  /** Returns whether it ended by itself within this time. */
  boolean awaitEnd(Duration patience) throws InterruptedException {
    return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** As `kill -STOP`: it does nothing until {@link #goOn}, and then does not know of it. */
  void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** As `kill -CONT`. */
  void goOn() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    int exit =
        new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start().waitFor();
    if (exit != 0 && process.isAlive()) {
      throw new IOException("kill -%s of %s ended with %d".formatted(signal, name, exit));
    }
  }

  /** The end of its log. */
  String logTail() {
    try {
      List<String> lines =
          new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
      return String.join(
          "\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
    } catch (IOException e) {
      return "(its log cannot be read: %s)".formatted(e.getMessage());
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
