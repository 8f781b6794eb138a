package io.penstock.broker.admin;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A dead letter is named by where it lies, such as {@code 3-1842}: ids of requests are unique only
 * within a tenant, and a record that could not be read has none.
 */
record LetterId(int partition, long offset) {

  private static final Pattern FORM = Pattern.compile("(0|[1-9]\\d{0,8})-(0|[1-9]\\d{0,17})");

  /** Reads an id; empty if the text is none. */
  static Optional<LetterId> of(String text) {
    Matcher parts = FORM.matcher(text);
    return parts.matches()
        ? Optional.of(
            new LetterId(Integer.parseInt(parts.group(1)), Long.parseLong(parts.group(2))))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return partition + "-" + offset;
  }
}
