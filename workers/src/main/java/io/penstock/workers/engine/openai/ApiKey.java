package io.penstock.workers.engine.openai;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Says where the server's key comes from. No message, log line or string form contains the key. */
public sealed interface ApiKey {

  /** The server asks for none. */
  record None() implements ApiKey {}

  /** An environment variable, read when the engine is built. */
  record FromEnvironment(String variable) implements ApiKey {
    public FromEnvironment {
      if (variable.isBlank()) {
        throw new IllegalArgumentException(
            "api-key-env is empty; name the environment variable that holds the key");
      }
    }
  }

  /** A file holding only the key, read again when it changes: keys can be rotated. */
  record FromFile(Path file) implements ApiKey {}

  /** Gives the key for each call. */
  interface Source {

    /**
     * The key as of now, if the server asks for one.
     *
     * @throws IOException if the key cannot be had now; the message does not hold it
     */
    Optional<String> key() throws IOException;
  }

  /**
   * Checks that there is a key, and gives the means to read it.
   *
   * @param environment looks a variable up; null where it is not set
   * @throws IllegalArgumentException if there is no usable key
   */
  default Source open(UnaryOperator<@Nullable String> environment) {
    return switch (this) {
      case None() -> Optional::empty;
      case FromEnvironment(String variable) -> {
        String key = environment.apply(variable);
        if (key == null || key.isBlank()) {
          throw new IllegalArgumentException(
              "api-key-env: environment variable "
                  + variable
                  + " is not set; put the API key into it");
        }
        Optional<String> found = Optional.of(usable(key, "environment variable " + variable));
        yield () -> found;
      }
      case FromFile(Path file) -> {
        var source = new FileSource(file);
        try {
          source.key();
        } catch (IOException e) {
          throw new IllegalArgumentException("api-key-file: " + e.getMessage(), e);
        }
        yield source;
      }
    };
  }

  private static String usable(String text, String from) {
    String key = text.strip();
    if (key.isEmpty() || !key.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new IllegalArgumentException(
          from + " must hold the API key and nothing else: one line of visible ASCII characters");
    }
    return key;
  }

  /** Reads the file when its time of change differs from the last. This method is thread-safe. */
  final class FileSource implements Source {

    private final Path file;
    private @Nullable FileTime changedAt;
    private @Nullable String key;

    FileSource(Path file) {
      this.file = file;
    }

    @Override
    public synchronized Optional<String> key() throws IOException {
      try {
        FileTime time = Files.getLastModifiedTime(file);
        if (key == null || !time.equals(changedAt)) {
          key = usable(Files.readString(file), "file " + file);
          changedAt = time;
        }
        return Optional.of(key);
      } catch (IOException e) {
        throw new IOException("cannot read the API key from file " + file, e);
      } catch (IllegalArgumentException e) {
        throw new IOException(e.getMessage(), e);
      }
    }
  }
}
