package io.penstock.broker.files;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** OpenAI's {@code expires_after} and {@code output_expires_after}. */
public final class FileExpiry {

  private static final long SHORTEST = Duration.ofHours(1).toSeconds();
  private static final long LONGEST = Duration.ofDays(30).toSeconds();
  private static final String ANCHOR = "created_at";

  private FileExpiry() {}

  /**
   * How long a file is kept.
   *
   * @param field the name of the parameter
   * @throws ApiException with 400, naming the field
   */
  public static Duration of(String field, @Nullable String anchor, @Nullable Long seconds) {
    if (!ANCHOR.equals(anchor)) {
      throw new ApiException(
          ApiError.invalid(
              field + ".anchor",
              "invalid_anchor",
              "%s.anchor must be created_at.".formatted(field)));
    }
    if (seconds == null || seconds < SHORTEST || seconds > LONGEST) {
      throw new ApiException(
          ApiError.invalid(
              field + ".seconds",
              "invalid_seconds",
              "%s.seconds must be a number from %d to %d.".formatted(field, SHORTEST, LONGEST)));
    }
    return Duration.ofSeconds(seconds);
  }

  /** The number that a text holds; null if it is none. */
  static @Nullable Long number(@Nullable String text) {
    try {
      return text == null ? null : Long.valueOf(text.strip());
    } catch (NumberFormatException refusedLater) {
      return null;
    }
  }
}
