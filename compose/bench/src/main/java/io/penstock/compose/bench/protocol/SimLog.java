package io.penstock.compose.bench.protocol;

import java.util.ArrayList;
import java.util.List;

/** One partition of a topic: committed records by their offsets, of which the oldest go. */
final class SimLog<T> {

  private final int kept;
  private final List<T> records = new ArrayList<>();
  private long first;

  /**
   * @param kept how many records stay at least, read or not
   */
  SimLog(int kept) {
    this.kept = kept;
  }

  /** Returns the offset of the record. */
  long append(T record) {
    records.add(record);
    return end() - 1;
  }

  T get(long offset) {
    return records.get((int) (offset - first));
  }

  long first() {
    return first;
  }

  long end() {
    return first + records.size();
  }

  /** Nobody reads before this offset any more, but for what is kept. */
  void trim(long before) {
    long to = Math.min(before, end() - kept);
    if (to - first > 2L * kept + 1000) {
      records.subList(0, (int) (to - first)).clear();
      first = to;
    }
  }
}
