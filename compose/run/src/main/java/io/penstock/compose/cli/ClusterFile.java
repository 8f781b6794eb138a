package io.penstock.compose.cli;

import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Properties;

/**
 * The file by which a running {@code penstock up} tells other terminals where it is, and what they
 * must know about its topics.
 *
 * @param topics as that process has them
 * @param http where its HTTP front is, if it has one
 * @param pid the process that wrote it
 */
record ClusterFile(
    String kafka, String registry, TopicSettings topics, Optional<String> http, long pid) {

  /** Leaves the topics at their defaults under this prefix. */
  ClusterFile(String kafka, String registry, String prefix, long pid) {
    this(
        kafka,
        registry,
        TopicSettings.DEFAULT.withNames(new TopicNames(prefix)),
        Optional.empty(),
        pid);
  }

  static ClusterFile of(ClusterConnection connection, TopicSettings topics, Optional<String> http) {
    return new ClusterFile(
        connection.bootstrapServers(),
        connection.registryUrl(),
        topics,
        http,
        ProcessHandle.current().pid());
  }

  String prefix() {
    return topics.names().prefix();
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
              topics(values),
              Optional.ofNullable(values.getProperty("http")),
              Long.parseLong(required(values, "pid"))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | IllegalArgumentException | DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** Returns what an earlier version did not write is at its default. */
  private static TopicSettings topics(Properties values) {
    TopicSettings usual = TopicSettings.DEFAULT;
    return new TopicSettings(
        new TopicNames(required(values, "prefix")),
        number(values, "modelPartitions", usual.modelPartitions()),
        number(values, "otherPartitions", usual.otherPartitions()),
        (short) number(values, "replicationFactor", usual.replicationFactor()),
        time(values, "maxDeadline", usual.maxDeadline()),
        time(values, "resultRetention", usual.resultRetention()),
        number(values, "maxRequestBytes", usual.maxRequestBytes()));
  }

  private static int number(Properties values, String key, int absent) {
    String value = values.getProperty(key);
    return value == null ? absent : Integer.parseInt(value);
  }

  private static Duration time(Properties values, String key, Duration absent) {
    String value = values.getProperty(key);
    return value == null ? absent : Duration.parse(value);
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
    values.setProperty("prefix", prefix());
    values.setProperty("modelPartitions", Integer.toString(topics.modelPartitions()));
    values.setProperty("otherPartitions", Integer.toString(topics.otherPartitions()));
    values.setProperty("replicationFactor", Integer.toString(topics.replicationFactor()));
    values.setProperty("maxDeadline", topics.maxDeadline().toString());
    values.setProperty("resultRetention", topics.resultRetention().toString());
    values.setProperty("maxRequestBytes", Integer.toString(topics.maxRequestBytes()));
    http.ifPresent(url -> values.setProperty("http", url));
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
