package io.penstock.workers.kafka;

import io.penstock.schemas.trace.TraceParent;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** Reads and writes the W3C trace context in record headers. */
public final class TraceContext {

  private TraceContext() {}

  /** The {@code traceparent}, or null if there is none or it does not have the standard's form. */
  public static @Nullable String from(Headers headers) {
    return TraceParent.in(headers).orElse(null);
  }

  /** The headers that carry a trace context on. */
  public static List<Header> headers(@Nullable String traceparent) {
    return traceparent == null
        ? List.of()
        : List.of(new RecordHeader(TraceParent.HEADER, TraceParent.bytes(traceparent)));
  }
}
