package io.penstock.streams.score.hash;

/**
 * A 64-bit hash of text: FNV-1a over UTF-16 units, finished with MurmurHash3's mixer because FNV's
 * low bits alone are weak. It does not keep out an adversary, and is independent of the hash that
 * places requests on partitions.
 */
public final class StableHash {

  private static final long OFFSET_BASIS = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private long state = OFFSET_BASIS;

  /** Adds text; {@code add("a").add("b")} differs from {@code add("ab")}. */
  public StableHash add(CharSequence text) {
    return addUnits(text, text.length()).addUnit(0xffff);
  }

  /** Adds the first {@code count} UTF-16 units of a text without marking its end. */
  public StableHash addUnits(CharSequence text, int count) {
    for (int i = 0; i < count; i++) {
      addUnit(text.charAt(i));
    }
    return this;
  }

  public long value() {
    long h = state;
    h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
    h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return h ^ (h >>> 33);
  }

  private StableHash addUnit(int unit) {
    state = (state ^ (unit & 0xff)) * PRIME;
    state = (state ^ (unit >>> 8)) * PRIME;
    return this;
  }
}
