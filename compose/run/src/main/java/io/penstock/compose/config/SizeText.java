package io.penstock.compose.config;

import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes in bytes as people write them: {@code 65536}, {@code 64 KiB}, {@code 8MiB}, {@code 1 MB}.
 */
final class SizeText {

  private static final Pattern SIZE = Pattern.compile("(\\d{1,18})\\s*([a-z]*)");

  private record Unit(String name, long bytes) {}

  private static final List<Unit> BINARY =
      List.of(new Unit("GiB", 1L << 30), new Unit("MiB", 1L << 20), new Unit("KiB", 1L << 10));

  private SizeText() {}

  /**
   * Reads a size.
   *
   * @throws IllegalArgumentException if it is none; the message completes "KEY is '...'; ..."
   */
  static long parse(String text) {
    Matcher matcher = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw noSize();
    }
    long unit =
        switch (matcher.group(2)) {
          case "", "b" -> 1;
          case "kib" -> 1L << 10;
          case "mib" -> 1L << 20;
          case "gib" -> 1L << 30;
          case "kb" -> 1000;
          case "mb" -> 1_000_000;
          case "gb" -> 1_000_000_000;
          default -> throw noSize();
        };
    try {
      return new BigInteger(matcher.group(1)).multiply(BigInteger.valueOf(unit)).longValueExact();
    } catch (ArithmeticException e) {
      throw noSize();
    }
  }

  private static IllegalArgumentException noSize() {
    return new IllegalArgumentException(
        "it must be a size such as 8 MiB, 512 KiB or 1000000 (bytes)");
  }

  /** The shortest text that reads as this many bytes. */
  static String of(long bytes) {
    return BINARY.stream()
        .filter(unit -> bytes > 0 && bytes % unit.bytes() == 0)
        .findFirst()
        .map(unit -> bytes / unit.bytes() + " " + unit.name())
        .orElseGet(() -> Long.toString(bytes));
  }
}
