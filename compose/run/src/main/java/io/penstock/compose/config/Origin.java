package io.penstock.compose.config;

import java.nio.file.Path;

/** The origin of a value. Later kinds win over earlier ones. */
public sealed interface Origin {

  /** Returns which source it is, from 0: what comes later wins. */
  default int rank() {
    return switch (this) {
      case Default _, Follows _ -> 0;
      case InFile _ -> 1;
      case Variable _ -> 2;
      case Option _ -> 3;
    };
  }

  /** Nobody set it. */
  record Default() implements Origin {
    @Override
    public String toString() {
      return "default";
    }
  }

  /** A key that is not set by itself: two parts must agree on it. */
  record Follows(String key) implements Origin {
    @Override
    public String toString() {
      return "as " + key;
    }
  }

  /**
   * A line of the file.
   *
   * @param line from 1
   */
  record InFile(Path file, int line) implements Origin {
    @Override
    public String toString() {
      return file + ":" + line;
    }
  }

  /** An environment variable. */
  record Variable(String name) implements Origin {
    @Override
    public String toString() {
      return "$" + name;
    }
  }

  /** An option of the command line: {@code --set}, or one that is a short form of a key. */
  record Option(String name) implements Origin {
    @Override
    public String toString() {
      return name;
    }
  }
}
