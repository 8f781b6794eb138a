package io.penstock.broker.submission;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The id that follows from an idempotency key, so that each instance finds the same one. It is a
 * hash, for the key is the caller's own and may be anything.
 */
public final class IdempotentId {

  public static final String HEADER = "idempotency-key";

  private static final int MOST = 255;
  private static final int DIGITS = 32;

  private IdempotentId() {}

  /**
   * The id of a tenant's request under this key.
   *
   * @param prefix what the id begins with
   * @throws ApiException if the key is empty or too long
   */
  public static String of(String prefix, String tenant, String key) {
    if (key.isBlank() || key.length() > MOST) {
      throw new ApiException(
          ApiError.invalid(
              HEADER,
              "invalid_value",
              "The header %s must have 1 to %d characters.".formatted(HEADER, MOST)));
    }
    return prefix
        + "i"
        + hash(tenant.getBytes(StandardCharsets.UTF_8), key.getBytes(StandardCharsets.UTF_8));
  }

  /** What tells one body from another. */
  public static String fingerprint(String path, byte[] body) {
    return hash(path.getBytes(StandardCharsets.UTF_8), body);
  }

  private static String hash(byte[] one, byte[] other) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(one);
      digest.update((byte) 0);
      return HexFormat.of().formatHex(digest.digest(other)).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }
}
