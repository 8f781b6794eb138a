package io.penstock.compose.bench.protocol;

import java.util.Locale;

/** A hash of all that was committed, in order: equal histories have equal hashes. */
final class History {

  private long hash = 0xCBF29CE484222325L;

  void add(long value) {
    long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
    hash = mixed ^ (mixed >>> 29);
  }

  void add(String text) {
    add(text.hashCode());
  }

  String text() {
    return String.format(Locale.ROOT, "%016x", hash);
  }
}
