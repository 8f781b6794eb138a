package io.penstock.broker.batches.lifecycle;

import io.penstock.schemas.ServiceClass;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long a batch may take.
 *
 * @param text as the requester wrote it, such as {@code 24h}
 * @param length from 1 minute to 7 days
 */
public record CompletionWindow(String text, Duration length) {

  private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,5})([smhd])");
  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofDays(7);

  /** A batch that must be done so soon does not queue behind those that have a day. */
  private static final Duration SOON = Duration.ofHours(1);

  public CompletionWindow {
    if (length.compareTo(SHORTEST) < 0 || length.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("%s is not from 1m to 7d".formatted(text));
    }
  }

  /** The window in a request; empty if it is none that can be had. */
  public static Optional<CompletionWindow> of(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(form.group(1));
    Duration length =
        switch (form.group(2)) {
          case "s" -> Duration.ofSeconds(count);
          case "m" -> Duration.ofMinutes(count);
          case "h" -> Duration.ofHours(count);
          default -> Duration.ofDays(count);
        };
    return length.compareTo(SHORTEST) < 0 || length.compareTo(LONGEST) > 0
        ? Optional.empty()
        : Optional.of(new CompletionWindow(text, length));
  }

  /** The class of its requests: STANDARD up to an hour, else BATCH. */
  public ServiceClass serviceClass() {
    return length.compareTo(SOON) <= 0 ? ServiceClass.STANDARD : ServiceClass.BATCH;
  }
}
