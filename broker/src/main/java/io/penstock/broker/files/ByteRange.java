package io.penstock.broker.files;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which bytes of a file a caller wants.
 *
 * @param from the first
 * @param length how many
 */
record ByteRange(long from, long length) {

  private static final Pattern SINGLE = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");

  /**
   * Reads the header {@code Range}. Only a single range is served; HTTP lets a server ignore
   * others, and so the whole file is.
   *
   * @return empty for the whole file; of length 0 if the file has no such byte
   */
  static Optional<ByteRange> of(String header, long size) {
    Matcher single = SINGLE.matcher(header.strip());
    if (!single.matches()) {
      return Optional.empty();
    }
    String first = single.group(1);
    String last = single.group(2);
    if (first.isEmpty()) {
      // The last so many.
      return last.isEmpty()
          ? Optional.empty()
          : Optional.of(last(Math.min(size, Long.parseLong(last)), size));
    }
    long from = Long.parseLong(first);
    long to = last.isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(last));
    if (!last.isEmpty() && Long.parseLong(last) < from) {
      return Optional.empty();
    }
    return Optional.of(new ByteRange(from, Math.max(0, to - from + 1)));
  }

  private static ByteRange last(long count, long size) {
    return new ByteRange(size - count, count);
  }
}
