package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where a command prints: results to {@code out}, everything else to {@code err}.
 *
 * @param outTerminal whether a person looks at {@code out}
 * @param errTerminal whether a person looks at {@code err}
 * @param colour whether escape sequences for colour are welcome
 * @param width characters on a line of {@code out}
 */
record Console(
    PrintStream out,
    PrintStream err,
    boolean outTerminal,
    boolean errTerminal,
    boolean colour,
    int width) {

  private static final int DEFAULT_WIDTH = 120;

  /** The process's own streams, in UTF-8. No colours with NO_COLOR or TERM=dumb, or into a file. */
  static Console ofProcess(Map<String, String> variables) {
    boolean outTerminal = isTerminal(1);
    return new Console(
        new PrintStream(
            new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.UTF_8),
        new PrintStream(
            new java.io.FileOutputStream(java.io.FileDescriptor.err), true, StandardCharsets.UTF_8),
        outTerminal,
        isTerminal(2),
        outTerminal
            && variables.getOrDefault("NO_COLOR", "").isEmpty()
            && !variables.getOrDefault("TERM", "").equals("dumb"),
        width(variables));
  }

  /** Linux says per stream what it is connected to; elsewhere Java knows only of both together. */
  private static boolean isTerminal(int descriptor) {
    Path link = Path.of("/proc/self/fd/" + descriptor);
    try {
      String target = Files.readSymbolicLink(link).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return System.console().isTerminal();
    }
  }

  private static int width(Map<String, String> variables) {
    try {
      return Math.max(40, Integer.parseInt(variables.getOrDefault("COLUMNS", "")));
    } catch (NumberFormatException e) {
      return DEFAULT_WIDTH;
    }
  }

  /** Prints a line of the command's result. */
  void print(String line) {
    out.println(line);
    out.flush();
  }

  /** Prints one JSON value on one line. */
  void print(JsonNode json) {
    print(json.toString());
  }

  /** Tells a person something beside the result. */
  void note(String line) {
    err.println(line);
    err.flush();
  }

  void warn(String line) {
    note("warning: " + line);
  }

  void error(String line) {
    note("error: " + line);
  }
}
