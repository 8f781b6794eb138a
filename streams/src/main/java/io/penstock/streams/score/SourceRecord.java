package io.penstock.streams.score;

import io.penstock.schemas.trace.TraceParent;
import io.penstock.streams.score.request.NameRule;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** A record of a requests topic as it stood in the log. */
record SourceRecord(
    String topic,
    int partition,
    long offset,
    byte @Nullable [] key,
    byte @Nullable [] value,
    Headers headers,
    Instant acceptedAt) {

  private static final String TRACESTATE = "tracestate";

  /** Twice of what the W3C asks everybody to hand on. */
  private static final int MAX_TRACESTATE_BYTES = 1_024;

  static SourceRecord of(Record<byte[], byte[]> record, Optional<RecordMetadata> metadata) {
    return new SourceRecord(
        metadata.map(RecordMetadata::topic).orElse(""),
        metadata.map(RecordMetadata::partition).orElse(-1),
        metadata.map(RecordMetadata::offset).orElse(-1L),
        record.key(),
        record.value(),
        record.headers(),
        Instant.ofEpochMilli(record.timestamp()));
  }

  /** The key, if it is text that could be an id. */
  Optional<String> keyAsId() {
    return keyText().filter(NameRule::legal);
  }

  /** The key as UTF-8; bytes that are not UTF-8 show as replacement characters. */
  Optional<String> keyText() {
    return Optional.ofNullable(key).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  int valueBytes() {
    return value == null ? 0 : value.length;
  }

  /**
   * Fresh headers with the W3C trace context, if there is one. Without a valid parent its state
   * says nothing.
   */
  Headers traceHeaders() {
    Headers trace = new RecordHeaders();
    Optional<String> parent = TraceParent.in(headers);
    if (parent.isPresent()) {
      trace.add(TraceParent.HEADER, TraceParent.bytes(parent.get()));
      Header state = headers.lastHeader(TRACESTATE);
      if (state != null && mayBeTraceState(state.value())) {
        trace.add(state);
      }
    }
    return trace;
  }

  private static boolean mayBeTraceState(byte @Nullable [] value) {
    if (value == null || value.length > MAX_TRACESTATE_BYTES) {
      return false;
    }
    for (byte character : value) {
      if ((character < ' ' && character != '\t') || character > '~') {
        return false;
      }
    }
    return true;
  }
}
