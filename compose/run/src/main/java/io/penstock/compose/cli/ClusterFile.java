package io.penstock.compose.cli;

import io.penstock.schemas.cluster.ClusterConnection;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;

/**
 * The file by which a running {@code penstock up} tells other terminals where it is.
 *
 * @param pid the process that wrote it
 */
record ClusterFile(String kafka, String registry, String prefix, long pid) {

  static ClusterFile of(ClusterConnection connection, String prefix) {
    return new ClusterFile(
        connection.bootstrapServers(),
        connection.registryUrl(),
        prefix,
        ProcessHandle.current().pid());
  }

  /** Reads the file; empty if there is none, or it is not one of ours. */
  static Optional<ClusterFile> read(Path path) {
    Properties values = new Properties();
    try (Reader reader = Files.newBufferedReader(path)) {
      values.load(reader);
      return Optional.of(
          new ClusterFile(
              required(values, "kafka"),
              required(values, "registry"),
              required(values, "prefix"),
              Long.parseLong(required(values, "pid"))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String required(Properties values, String key) {
    String value = values.getProperty(key);
    if (value == null) {
      throw new IllegalArgumentException(key + " is missing");
    }
    return value;
  }

  /** Writes the file as a whole, replacing an earlier one. */
  void write(Path path) throws IOException {
    Files.createDirectories(path.getParent());
    Path temporary = Files.createTempFile(path.getParent(), "cluster", ".tmp");
    Properties values = new Properties();
    values.setProperty("kafka", kafka);
    values.setProperty("registry", registry);
    values.setProperty("prefix", prefix);
    values.setProperty("pid", Long.toString(pid));
    try (Writer writer = Files.newBufferedWriter(temporary)) {
      values.store(writer, "Where a running penstock up is");
    }
    try {
      Files.move(
          temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temporary, path, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Removes the file if it is still this one. */
  void remove(Path path) throws IOException {
    if (read(path).filter(this::equals).isPresent()) {
      Files.deleteIfExists(path);
    }
  }
}
