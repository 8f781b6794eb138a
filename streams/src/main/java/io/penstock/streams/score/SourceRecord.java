package io.penstock.streams.score;

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

  /** W3C trace context, passed through every hop; longer values are not of that standard. */
  private static final String[] TRACE_HEADERS = {"traceparent", "tracestate"};

  private static final int MAX_TRACE_BYTES = 1_024;

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

  /** Fresh headers with the trace context, if there is one. */
  Headers traceHeaders() {
    Headers trace = new RecordHeaders();
    for (String name : TRACE_HEADERS) {
      Header header = headers.lastHeader(name);
      if (header != null && header.value() != null && header.value().length <= MAX_TRACE_BYTES) {
        trace.add(header);
      }
    }
    return trace;
  }
}
