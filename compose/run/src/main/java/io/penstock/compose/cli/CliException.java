package io.penstock.compose.cli;

/** Ends a command with an exit code and one line for a person, which names the remedy. */
public final class CliException extends RuntimeException {

  private final int exitCode;

  private CliException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  public static CliException failure(String message) {
    return new CliException(ExitCodes.FAILURE, message, null);
  }

  public static CliException failure(String message, Throwable cause) {
    return new CliException(ExitCodes.FAILURE, message, cause);
  }

  public static CliException usage(String message) {
    return new CliException(ExitCodes.USAGE, message, null);
  }

  public static CliException unreachable(String message, Throwable cause) {
    return new CliException(ExitCodes.UNREACHABLE, message, cause);
  }

  public int exitCode() {
    return exitCode;
  }
}
