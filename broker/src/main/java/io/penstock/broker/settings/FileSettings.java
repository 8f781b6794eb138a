package io.penstock.broker.settings;

import java.time.Duration;
import java.util.Optional;

/**
 * Where the front keeps files, and how long.
 *
 * @param store what keeps the contents of files, which all instances must share: folder or s3
 * @param folder where they lie if it is a folder; empty: the folder {@code files} in the data
 *     folder
 * @param s3 where they lie if it is S3
 * @param grace how long what waits or runs of a batch is awaited once it was cancelled or its
 *     window has closed
 * @param outputRetention how long output and error files are kept where a batch does not say
 * @param batchRetention how long a finished batch can be looked up
 */
public record FileSettings(
    FileStoreKind store,
    Optional<String> folder,
    S3Settings s3,
    Duration grace,
    Duration outputRetention,
    Duration batchRetention) {

  private static final Duration LONGEST = Duration.ofDays(3650);

  public static final FileSettings DEFAULT =
      new FileSettings(
          FileStoreKind.FOLDER,
          Optional.empty(),
          S3Settings.DEFAULT,
          Duration.ofMinutes(2),
          Duration.ofDays(30),
          Duration.ofDays(90));

  public FileSettings {
    if (folder.isPresent() && folder.get().isBlank()) {
      throw new IllegalArgumentException("folder is empty; give a path, or leave it out");
    }
    if (store == FileStoreKind.S3 && s3.bucket().isEmpty()) {
      throw new IllegalArgumentException("store is s3 and s3.bucket is missing; name a bucket");
    }
    Bounds.require("grace", grace, Duration.ofSeconds(1), Duration.ofHours(1));
    Bounds.require("outputRetention", outputRetention, Duration.ofHours(1), LONGEST);
    Bounds.require("batchRetention", batchRetention, Duration.ofHours(1), LONGEST);
  }

  /** The same with another grace. */
  public FileSettings withGrace(Duration other) {
    return new FileSettings(store, folder, s3, other, outputRetention, batchRetention);
  }
}
