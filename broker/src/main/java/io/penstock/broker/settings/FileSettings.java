package io.penstock.broker.settings;

import java.time.Duration;
import java.util.Optional;

/**
 * Where the front keeps files, and how long.
 *
 * @param folder where the contents of files lie, which all instances must share; empty: the folder
 *     {@code files} in the data folder
 * @param grace how long what waits or runs of a batch is awaited once it was cancelled or its
 *     window has closed
 * @param outputRetention how long output and error files are kept where a batch does not say
 * @param batchRetention how long a finished batch can be looked up
 */
public record FileSettings(
    Optional<String> folder, Duration grace, Duration outputRetention, Duration batchRetention) {

  private static final Duration LONGEST = Duration.ofDays(3650);

  public static final FileSettings DEFAULT =
      new FileSettings(
          Optional.empty(), Duration.ofMinutes(2), Duration.ofDays(30), Duration.ofDays(90));

  public FileSettings {
    if (folder.isPresent() && folder.get().isBlank()) {
      throw new IllegalArgumentException("folder is empty; give a path, or leave it out");
    }
    HttpSettings.requireRange("grace", grace, Duration.ofSeconds(1), Duration.ofHours(1));
    HttpSettings.requireRange("outputRetention", outputRetention, Duration.ofHours(1), LONGEST);
    HttpSettings.requireRange("batchRetention", batchRetention, Duration.ofHours(1), LONGEST);
  }

  /** The same with another grace. */
  public FileSettings withGrace(Duration other) {
    return new FileSettings(folder, other, outputRetention, batchRetention);
  }
}
