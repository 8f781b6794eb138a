package io.penstock.broker.webhooks.endpoints;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What an endpoint's deliveries are signed with.
 *
 * @param current the secret in the form of Standard Webhooks: {@code whsec_} and Base64
 * @param previous the one before it, with which deliveries are signed too for a while
 * @param previousUntil when the previous one ends
 */
public record SigningSecrets(
    String current, Optional<String> previous, Optional<Instant> previousUntil) {

  private static final String PREFIX = "whsec_";
  private static final int BYTES = 32;
  private static final int SHOWN = 4;

  public SigningSecrets {
    if (previous.isPresent() != previousUntil.isPresent()) {
      throw new IllegalArgumentException("a previous secret has an end, and nothing else has");
    }
  }

  /** A new secret alone. */
  public static SigningSecrets next(SecureRandom random) {
    byte[] bits = new byte[BYTES];
    random.nextBytes(bits);
    return new SigningSecrets(
        PREFIX + Base64.getEncoder().encodeToString(bits), Optional.empty(), Optional.empty());
  }

  /** A new secret, while this one holds on until then. */
  public SigningSecrets rotated(SecureRandom random, Instant until) {
    return new SigningSecrets(next(random).current, Optional.of(current), Optional.of(until));
  }

  /** The secrets that count now, the current one first. */
  public List<String> active(Instant now) {
    return previous.isPresent() && now.isBefore(previousUntil.orElseThrow())
        ? List.of(current, previous.get())
        : List.of(current);
  }

  /** Enough of the current secret to tell it from others. */
  public String hint() {
    return PREFIX + "..." + current.substring(current.length() - SHOWN);
  }

  /** Shows no secret. */
  @Override
  public String toString() {
    return "SigningSecrets[" + hint() + "]";
  }
}
