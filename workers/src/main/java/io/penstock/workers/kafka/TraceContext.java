package io.penstock.workers.kafka;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** The W3C trace context in record headers. */
public final class TraceContext {

  private static final String TRACEPARENT = "traceparent";

  private TraceContext() {}

  /** The {@code traceparent}, or null if there is none. */
  public static @Nullable String from(Headers headers) {
    Header header = headers.lastHeader(TRACEPARENT);
    return header == null || header.value() == null
        ? null
        : new String(header.value(), StandardCharsets.US_ASCII);
  }

  /** The headers that hand it on. */
  public static List<Header> headers(@Nullable String traceparent) {
    return traceparent == null
        ? List.of()
        : List.of(new RecordHeader(TRACEPARENT, traceparent.getBytes(StandardCharsets.US_ASCII)));
  }
}
