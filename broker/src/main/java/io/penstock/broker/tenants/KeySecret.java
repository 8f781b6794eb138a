package io.penstock.broker.tenants;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Makes and hashes API keys. A key has 256 random bits, so one pass of SHA-256 protects it: there
 * is nothing to guess, and no dictionary to try.
 */
public final class KeySecret {

  private static final String PREFIX = "sk-penstock-";
  private static final int BYTES = 32;

  private KeySecret() {}

  /** A new key. */
  public static String next(SecureRandom random) {
    byte[] bits = new byte[BYTES];
    random.nextBytes(bits);
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
  }

  /** What is kept of a key. */
  public static String hash(String key) {
    return HexFormat.of().formatHex(sha256(key));
  }

  /** Whether two secrets are the same, in a time that says nothing of where they differ. */
  public static boolean same(String one, String other) {
    return MessageDigest.isEqual(sha256(one), sha256(other));
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }
}
