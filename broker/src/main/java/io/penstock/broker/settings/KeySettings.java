package io.penstock.broker.settings;

import java.util.Optional;

/**
 * Who may call the HTTP front.
 *
 * @param required whether each call needs an API key; without keys everybody is the tenant {@code
 *     default}, which is allowed on loopback only
 * @param adminSecret the key for {@code /admin}, 32 characters or more; empty: nobody may use it
 */
public record KeySettings(boolean required, Optional<String> adminSecret) {

  private static final int LEAST = 32;

  public static final KeySettings DEFAULT = new KeySettings(false, Optional.empty());

  public KeySettings {
    if (adminSecret.isPresent() && adminSecret.get().strip().length() < LEAST) {
      throw new IllegalArgumentException(
          "adminSecret has %d characters; give %d or more at random"
              .formatted(adminSecret.get().strip().length(), LEAST));
    }
    if (required && adminSecret.isEmpty()) {
      throw new IllegalArgumentException(
          "required is true and adminSecret is missing: nobody could make a key; set adminSecret");
    }
  }

  /** Does not show the secret. */
  @Override
  public String toString() {
    return "KeySettings[required=%s, adminSecret=%s]"
        .formatted(required, adminSecret.isPresent() ? "(hidden)" : "(none)");
  }
}
