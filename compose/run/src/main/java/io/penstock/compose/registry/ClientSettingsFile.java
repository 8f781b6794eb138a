package io.penstock.compose.registry;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Properties;

/**
 * Passes the settings of its Kafka clients, which may hold passwords, to the registry's process: in
 * a file that its owner alone may read.
 */
final class ClientSettingsFile {

  private static final String OF_EVERY_CLIENT = "apicurio.kafka.common.";

  private ClientSettingsFile() {}

  /** Writes the file anew. */
  static void write(Path file, RegistryStorage storage) throws IOException {
    Properties values = new Properties();
    settings(storage).forEach((name, value) -> values.setProperty(OF_EVERY_CLIENT + name, value));
    Files.deleteIfExists(file);
    Files.createFile(file, forItsOwner());
    try (Writer writer = Files.newBufferedWriter(file)) {
      values.store(writer, "Settings of the registry's Kafka clients");
    }
  }

  private static Map<String, String> settings(RegistryStorage storage) {
    return switch (storage) {
      case RegistryStorage.InMemory() -> Map.of();
      case RegistryStorage.OnKafka(_, _, Map<String, String> settings) -> settings;
    };
  }

  private static FileAttribute<?>[] forItsOwner() {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }
}
