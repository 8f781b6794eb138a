package io.penstock.compose.e2e;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * On which Kafka the end-to-end tests run: {@code -Dpenstock.kafka} chooses it, and tests do not
 * know. {@code compose/docs/containers.md} says how to run them on each.
 */
enum KafkaChoice {
  /** A broker in the JVM of the tests. */
  EMBEDDED,

  /** A container with one broker. */
  CONTAINER,

  /**
   * Three containers with a broker each; topics have three copies, of which two must be written.
   */
  CONTAINER_CLUSTER;

  private static final String PROPERTY = "penstock.kafka";

  /** What an execution of the build sets, so that the command line can say otherwise. */
  private static final String BUILD_PROPERTY = "penstock.kafka.of.build";

  static KafkaChoice ofProperties() {
    return parse(
        System.getProperty(PROPERTY, System.getProperty(BUILD_PROPERTY, EMBEDDED.toString())));
  }

  static KafkaChoice parse(String name) {
    return Arrays.stream(values())
        .filter(each -> each.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "-D%s is '%s'; give one of %s"
                        .formatted(
                            PROPERTY,
                            name,
                            Arrays.stream(values())
                                .map(KafkaChoice::toString)
                                .collect(Collectors.joining(", ")))));
  }

  /** Returns why it cannot be had on this machine, if it cannot. May take minutes to find out. */
  Optional<String> missing() {
    return this == EMBEDDED ? Optional.empty() : DockerKafka.missing();
  }

  /** Returns it once it takes clients. */
  TestKafka start() {
    return switch (this) {
      case EMBEDDED -> TestKafka.embedded();
      case CONTAINER -> DockerKafka.single();
      case CONTAINER_CLUSTER -> DockerKafka.cluster();
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
