package io.penstock.compose.cli;

/** The exit statuses of the process; every command's help repeats them. */
public final class ExitCodes {

  public static final int OK = 0;
  public static final int FAILURE = 1;
  public static final int USAGE = 2;
  public static final int UNREACHABLE = 3;

  /** What the JVM itself gives after Ctrl-C; 143 follows SIGTERM. */
  public static final int INTERRUPTED = 130;

  private ExitCodes() {}
}
