package io.penstock.compose.input;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.ids.Names;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The requesters' own names of the requests that a file sent. A second request of one name could
 * not be told from the first in the results.
 *
 * <p>Holds 64 bits of each name's SHA-256, at most 32 bytes a name whatever their length: ten
 * million lines take 256 MB. Two names among ten million agree by chance once in 370,000 files, and
 * the second is then refused, never lost.
 */
public final class CustomIds {

  private long[] hashes = new long[1024];
  private int count;

  /**
   * Refuses a name that no request could have.
   *
   * @throws IllegalArgumentException naming the fault and the remedy
   */
  public static void requireLegal(String customId) {
    Names.fault(customId, Ids.MAX_CUSTOM_ID)
        .ifPresent(
            fault -> {
              throw new IllegalArgumentException("custom_id " + fault);
            });
  }

  /**
   * Refuses a name that was sent before.
   *
   * @throws IllegalArgumentException naming it
   */
  public void requireNew(String customId) {
    if (hashes[slot(hashes, hash(customId))] != 0) {
      throw new IllegalArgumentException(
          "custom_id '%s' stands on an earlier line too; make it unique".formatted(customId));
    }
  }

  /** Notes a name that was sent. */
  public void sent(String customId) {
    long hash = hash(customId);
    int slot = slot(hashes, hash);
    if (hashes[slot] == 0) {
      hashes[slot] = hash;
      count++;
      if (count > hashes.length / 2) {
        grow();
      }
    }
  }

  private void grow() {
    long[] larger = new long[hashes.length * 2];
    for (long hash : hashes) {
      if (hash != 0) {
        larger[slot(larger, hash)] = hash;
      }
    }
    hashes = larger;
  }

  /** Where this hash is, or the free place where it belongs. */
  private static int slot(long[] table, long hash) {
    int slot = (int) hash & (table.length - 1);
    while (table[slot] != 0 && table[slot] != hash) {
      slot = (slot + 1) & (table.length - 1);
    }
    return slot;
  }

  private static long hash(String customId) {
    try {
      long hash =
          ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(customId.getBytes(UTF_8)))
              .getLong();
      return hash == 0 ? 1 : hash;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
