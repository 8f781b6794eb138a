package io.penstock.compose.bench.report;

import io.penstock.compose.bench.BenchProgress;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs benchmarks as their commands do, each in a JVM of its own with this one's options: what one
 * warms up, leaks or breaks is nothing to the next, and a reader who types the command measures the
 * same.
 */
public final class BenchRunner {

  private static final int TAIL_LINES = 12;
  private static final Duration STOP = Duration.ofSeconds(30);

  private final String mainClass;
  private final Duration limit;

  /**
   * @param mainClass of the command line
   * @param limit after which a benchmark is ended and counts as failed
   */
  public BenchRunner(String mainClass, Duration limit) {
    this.mainClass = mainClass;
    this.limit = limit;
  }

  /** Runs a benchmark into a folder and returns what became of it. */
  public BenchOutcome run(
      String bench, List<String> arguments, ReportFolder folder, BenchProgress progress)
      throws IOException, InterruptedException {
    folder.forget(bench);
    progress.at("starting", 0);
    Process process =
        new ProcessBuilder(command(bench, arguments))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Thread hook = Thread.ofPlatform().unstarted(() -> end(process));
    Runtime.getRuntime().addShutdownHook(hook);
    Deque<String> tail = new ArrayDeque<>();
    Thread reader =
        Thread.ofPlatform()
            .name("bench-progress")
            .daemon()
            .start(() -> follow(bench, process, progress, tail));
    try {
      boolean inTime = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (!inTime) {
        end(process);
      }
      reader.join(STOP);
      return inTime
          ? outcome(bench, process.exitValue(), folder, tail)
          : new BenchOutcome.Failed("took longer than %d s".formatted(limit.toSeconds()));
    } finally {
      end(process);
      forget(hook);
    }
  }

  private List<String> command(String bench, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), mainClass, "bench", bench));
    command.addAll(arguments);
    return command;
  }

  /** Its exit code is 1 both if it failed and if it does not trust its figures. */
  private static BenchOutcome outcome(
      String bench, int exitCode, ReportFolder folder, Deque<String> tail) throws IOException {
    return switch (folder.outcome(bench)) {
      case BenchOutcome.Measured measured when exitCode == 0 || !measured.trustworthy() -> measured;
      case BenchOutcome.Measured _, BenchOutcome.NotRun _, BenchOutcome.Failed _ ->
          new BenchOutcome.Failed("exit code %d\n%s".formatted(exitCode, String.join("\n", tail)));
    };
  }

  private static void follow(
      String bench, Process process, BenchProgress progress, Deque<String> tail) {
    double done = 0;
    try (BufferedReader errors = process.errorReader()) {
      for (String line = errors.readLine(); line != null; line = errors.readLine()) {
        switch (ProgressLine.of(bench, line).orElse(null)) {
          case ProgressLine.Share(double share) -> {
            done = share;
            progress.at("", done);
          }
          case ProgressLine.Phase(String name) -> progress.at(name, done);
          case null -> {
            tail.add(line);
            if (tail.size() > TAIL_LINES) {
              tail.remove();
            }
          }
        }
      }
    } catch (IOException _) {
      // It was ended.
    }
  }

  /** Lets it clean up, and kills it if that takes too long. */
  private static void end(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The JVM is on its way down and runs the hook itself.
    }
  }
}
