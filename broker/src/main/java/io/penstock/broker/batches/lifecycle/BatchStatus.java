package io.penstock.broker.batches.lifecycle;

import java.util.Locale;

/** Where a batch is in its life, as OpenAI names it. */
public enum BatchStatus {
  /** Its input file is being judged. */
  VALIDATING,
  /** Its requests are fed and answered. */
  IN_PROGRESS,
  /** All is answered, or its window has closed; the files are being completed. */
  FINALIZING,
  COMPLETED,
  /** Its input file was refused; nothing was run. */
  FAILED,
  /** Its window closed before all was answered. */
  EXPIRED,
  /** It was cancelled, and awaits what is running. */
  CANCELLING,
  CANCELLED;

  /** The name in JSON. */
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether nothing changes any more. */
  public boolean isTerminal() {
    return switch (this) {
      case COMPLETED, FAILED, EXPIRED, CANCELLED -> true;
      case VALIDATING, IN_PROGRESS, FINALIZING, CANCELLING -> false;
    };
  }
}
