package io.penstock.compose.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Sets how much the process logs; logback.xml says where to. */
public final class LogLevels {

  private LogLevels() {}

  /** A client's errors reach the user as one line, so its libraries keep silent unless asked. */
  public static void forClient(boolean verbose) {
    RetriedByKafka.show(verbose);
    set(Logger.ROOT_LOGGER_NAME, verbose ? Level.INFO : Level.OFF);
    set("io.penstock", verbose ? Level.DEBUG : Level.OFF);
  }

  /** A server's warnings matter; with verbose, its libraries' steps too. */
  static void forServer(boolean verbose) {
    RetriedByKafka.show(verbose);
    set(Logger.ROOT_LOGGER_NAME, verbose ? Level.INFO : Level.WARN);
    set("io.penstock", verbose ? Level.DEBUG : Level.INFO);
  }

  /** Beside a progress bar only what went wrong is worth a line. */
  public static void forDemo(boolean verbose) {
    RetriedByKafka.show(verbose);
    set(Logger.ROOT_LOGGER_NAME, verbose ? Level.INFO : Level.OFF);
    set("io.penstock", verbose ? Level.DEBUG : Level.ERROR);
  }

  private static void set(String name, Level level) {
    if (LoggerFactory.getLogger(name) instanceof Logger logger) {
      logger.setLevel(level);
    }
  }
}
