package io.penstock.compose.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.compose.cli.PenstockCli;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A real `penstock` process, so that it can be killed. Ended with the test. */
public final class PenstockProcess implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final Path log;

  private PenstockProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Starts the command line with these arguments.
   *
   * @param home stands in for the user's home, so that tests leave the real one alone
   */
  public static PenstockProcess start(Path home, String... arguments) throws IOException {
    Files.createDirectories(home);
    Path log = Files.createTempFile(home, "penstock-", ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx384m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dorg.apache.avro.SERIALIZABLE_PACKAGES=io.penstock.schemas",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Duser.home=" + home,
            "-cp",
            System.getProperty("java.class.path"),
            PenstockCli.class.getName()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    return new PenstockProcess(process, log);
  }

  /** Its first line of JSON, which says that it is ready. */
  public JsonNode awaitReady() throws IOException {
    BufferedReader output = process.inputReader();
    String line = output.readLine();
    if (line == null) {
      throw new IllegalStateException("ended before it was ready:\n" + Files.readString(log));
    }
    return JSON.readTree(line);
  }

  /** As `kill -9`: nothing of it gets a chance to clean up. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** As `kill`: it may drain. */
  public void terminate() {
    process.destroy();
  }

  /** As `kill -STOP`: it does nothing until {@link #goOn}, and then does not know of it. */
  public void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** As `kill -CONT`. */
  public void goOn() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    int exit =
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
    if (exit != 0) {
      throw new IllegalStateException("kill -%s ended with %d".formatted(name, exit));
    }
  }

  /** What it wrote to stderr. */
  public String log() throws IOException {
    return Files.readString(log);
  }

  /** Its arguments, and those of the processes that it started, as others see them. */
  public String arguments() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .map(each -> each.info().commandLine().orElse(""))
        .collect(Collectors.joining("\n"));
  }

  /** How it ended. */
  public int exitValue() {
    return process.exitValue();
  }

  /** Whether it ended by itself in time. */
  public boolean awaitEnd(Duration patience) throws InterruptedException {
    return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
  }
}
