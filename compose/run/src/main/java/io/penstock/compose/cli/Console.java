package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.schemas.text.Printable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The output of a command: results go to {@code out}, everything else to {@code err}.
 *
 * @param outTerminal whether a person looks at {@code out}
 * @param errTerminal whether a person looks at {@code err}
 * @param colour whether escape sequences for colour are welcome
 * @param width characters on a line of {@code out}
 */
public record Console(
    PrintStream out,
    PrintStream err,
    boolean outTerminal,
    boolean errTerminal,
    boolean colour,
    int width) {

  private static final int DEFAULT_WIDTH = 120;
  private static final Pattern LINE_CONTENT = Pattern.compile("[^\n\t]+");

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
  public void print(String line) {
    out.println(line);
    out.flush();
  }

  /** Prints bytes as they are, and ends the line; for a terminal, without what would control it. */
  void printBytes(ByteBuffer bytes) {
    if (outTerminal) {
      print(printable(StandardCharsets.UTF_8.decode(bytes.duplicate()).toString()));
      return;
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    out.write(copy, 0, copy.length);
    out.println();
    out.flush();
  }

  /** Prints one JSON value on one line. */
  public void print(JsonNode json) {
    print(json.toString());
  }

  /** Tells a person something beside the result. */
  public void note(String line) {
    err.println(line);
    err.flush();
  }

  /** The text on its several lines, without what else would control a terminal. */
  private static String printable(String text) {
    return LINE_CONTENT
        .matcher(text)
        .replaceAll(content -> Matcher.quoteReplacement(Printable.of(content.group())));
  }

  public void warn(String line) {
    note("warning: " + printable(line));
  }

  public void error(String line) {
    note("error: " + printable(line));
  }
}
