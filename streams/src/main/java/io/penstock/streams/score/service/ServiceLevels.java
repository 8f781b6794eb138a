package io.penstock.streams.score.service;

import io.penstock.schemas.ServiceClass;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The service level of each class. A faster class never promises a later first token than a slower
 * one.
 */
public record ServiceLevels(ServiceLevel interactive, ServiceLevel standard, ServiceLevel batch) {

  /**
   * Interactive: a person waits; 2 s to the first token is a usual objective for chat, and after a
   * minute the person has gone. Standard: a program waits. Batch: the day of OpenAI's batches; the
   * objective of an hour only orders batch work by age.
   */
  public static final ServiceLevels DEFAULT =
      new ServiceLevels(
          new ServiceLevel(Duration.ofSeconds(2), Duration.ofSeconds(60)),
          new ServiceLevel(Duration.ofSeconds(20), Duration.ofMinutes(10)),
          new ServiceLevel(Duration.ofHours(1), Duration.ofHours(24)));

  public ServiceLevels {
    requireOrder("standard", interactive, standard);
    requireOrder("batch", standard, batch);
  }

  public ServiceLevel of(ServiceClass serviceClass) {
    return switch (serviceClass) {
      case INTERACTIVE -> interactive;
      case STANDARD -> standard;
      case BATCH -> batch;
    };
  }

  /** The deadline asked for, or else the class's. */
  public Instant deadline(ServiceClass serviceClass, Instant acceptedAt, Optional<Instant> asked) {
    return asked.orElseGet(() -> acceptedAt.plus(of(serviceClass).deadline()));
  }

  /** The class's objective for the first token, but no later than the deadline. */
  public Instant firstTokenBy(ServiceClass serviceClass, Instant acceptedAt, Instant deadline) {
    Instant objective = acceptedAt.plus(of(serviceClass).firstToken());
    return objective.isBefore(deadline) ? objective : deadline;
  }

  /** The longest default deadline of all classes. */
  public Duration longestDeadline() {
    Duration longest = interactive.deadline();
    for (ServiceLevel level : new ServiceLevel[] {standard, batch}) {
      longest = longest.compareTo(level.deadline()) < 0 ? level.deadline() : longest;
    }
    return longest;
  }

  private static void requireOrder(String slowerName, ServiceLevel faster, ServiceLevel slower) {
    if (slower.firstToken().compareTo(faster.firstToken()) < 0) {
      throw new IllegalArgumentException(
          "%s.firstToken %s is shorter than the class above it, %s; make it as long or longer"
              .formatted(slowerName, slower.firstToken(), faster.firstToken()));
    }
  }
}
