package io.penstock.compose.node;

import java.util.Optional;

/**
 * Says whether the schema registry is embedded or outside, and where it is.
 *
 * @param url the base of a registry that runs already, in Confluent's API; left out: a process
 *     beside this one
 * @param port of the process beside this one, on 127.0.0.1, 1 to 65535, or 0 for a free one
 * @param durable whether the process beside this one keeps the schemas on Kafka; otherwise they are
 *     gone when it stops, and records of the data folder cannot be read again
 */
public record RegistrySettings(Optional<String> url, int port, boolean durable) {

  public RegistrySettings {
    NodePorts.require("registry.port", port);
    if (url.isPresent() && !url.get().matches("https?://.+")) {
      throw new IllegalArgumentException(
          "registry.url is not an address; give one such as"
              + " http://registry:8081/apis/ccompat/v7, or leave it out to run one beside this"
              + " process");
    }
  }

  /** A process beside this one. */
  public static RegistrySettings embedded(int port, boolean durable) {
    return new RegistrySettings(Optional.empty(), port, durable);
  }

  public boolean isEmbedded() {
    return url.isEmpty();
  }

  /** Leaves out a password in the address. */
  @Override
  public String toString() {
    return "RegistrySettings[%s, port %d, durable %s]"
        .formatted(url.orElse("embedded").replaceFirst("//[^/@]*@", "//***@"), port, durable);
  }
}
