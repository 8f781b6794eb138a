package io.penstock.broker.blobs;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names a blob. Penstock makes up every name from its own ids; nothing that a user wrote is part of
 * one.
 *
 * @param value one to six segments joined by slashes, each of 1 to 100 letters, digits, dots,
 *     underscores and hyphens that does not begin with a dot
 */
public record BlobName(String value) implements Comparable<BlobName> {

  private static final String SEGMENT = "[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}";
  private static final Pattern NAME = Pattern.compile(SEGMENT + "(/" + SEGMENT + "){0,5}");

  public BlobName {
    if (!NAME.matcher(value).matches()) {
      throw new IllegalArgumentException("'%s' is not the name of a blob".formatted(value));
    }
  }

  /** The name that this is; empty if it is none, but something that others left in the store. */
  public static Optional<BlobName> parse(String value) {
    return NAME.matcher(value).matches() ? Optional.of(new BlobName(value)) : Optional.empty();
  }

  /** The name with these segments. */
  public static BlobName of(String... segments) {
    return new BlobName(String.join("/", segments));
  }

  /** One of its segments, counted from 0; empty if it has fewer. */
  public Optional<String> segment(int number) {
    String[] segments = value.split("/", -1);
    return number < segments.length ? Optional.of(segments[number]) : Optional.empty();
  }

  @Override
  public int compareTo(BlobName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
