package io.penstock.schemas.trace;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The W3C {@code traceparent}, checked by its form (Trace Context, section 3.2) wherever one
 * enters. One that is not of that form is dropped, so that a new trace begins: a trace is no reason
 * for a request to fail.
 */
public final class TraceParent {

  /** The name of the header, in records and in HTTP. */
  public static final String HEADER = "traceparent";

  /**
   * Versions to come may append fields, and no version is {@code ff}. What they append is handed on
   * unread, as long as it may stand in an HTTP header.
   */
  private static final Pattern FORM =
      Pattern.compile(
          "(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
              + "(?:-[\\x21-\\x7e]*)?");

  /** The whole of a value of the present version. */
  private static final int LENGTH = 55;

  /** A limit above what any version needs, and low enough for each request to keep one. */
  private static final int MAX_LENGTH = 128;

  private TraceParent() {}

  /** The value, if it is one of the standard's. */
  public static Optional<String> of(@Nullable String value) {
    if (value == null || value.length() < LENGTH || value.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    boolean tooLong = value.startsWith("00") && value.length() > LENGTH;
    return tooLong || !FORM.matcher(value).matches() ? Optional.empty() : Optional.of(value);
  }

  /** The value among the headers of a record, if there is one of the standard's. */
  public static Optional<String> in(Headers headers) {
    Header header = headers.lastHeader(HEADER);
    return header == null || header.value() == null || header.value().length > MAX_LENGTH
        ? Optional.empty()
        : of(new String(header.value(), StandardCharsets.ISO_8859_1));
  }

  /** The text that a header carries. */
  public static byte[] bytes(String traceparent) {
    return traceparent.getBytes(StandardCharsets.US_ASCII);
  }
}
