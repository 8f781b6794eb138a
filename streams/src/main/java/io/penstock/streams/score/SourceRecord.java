package io.penstock.streams.score;

import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.trace.TraceParent;
import io.penstock.streams.score.identity.Origin;
import io.penstock.streams.score.json.JsonRequests;
import io.penstock.streams.score.json.RequestHeaders;
import io.penstock.streams.score.request.Fingerprint;
import io.penstock.streams.score.request.NameRule;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

  /** Twice what the W3C asks everybody to hand on. */
  private static final int MAX_TRACESTATE_BYTES = 1_024;

  /**
   * The header of a record that was put back where its id belongs: when the log accepted it first,
   * in milliseconds since 1970 as decimal digits.
   */
  static final String ACCEPTED_AT = "penstock-accepted-at";

  private static final int MAX_DIGITS = 15;

  /**
   * The longest time before its own acceptance that a record may claim. Anybody who may produce
   * requests may set the header, so it must be too short to gain rank by.
   */
  private static final Duration LONGEST_WAY_BACK = Duration.ofSeconds(30);

  static SourceRecord of(Record<byte[], byte[]> record, Optional<RecordMetadata> metadata) {
    return new SourceRecord(
        metadata.map(RecordMetadata::topic).orElse(""),
        metadata.map(RecordMetadata::partition).orElse(-1),
        metadata.map(RecordMetadata::offset).orElse(-1L),
        record.key(),
        record.value(),
        record.headers(),
        acceptedAt(record));
  }

  /** The first acceptance, where the record says a credible one; else its own. */
  private static Instant acceptedAt(Record<byte[], byte[]> record) {
    Instant own = Instant.ofEpochMilli(record.timestamp());
    Header first = record.headers().lastHeader(ACCEPTED_AT);
    if (first == null || first.value() == null || first.value().length > MAX_DIGITS) {
      return own;
    }
    String digits = new String(first.value(), StandardCharsets.US_ASCII);
    if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return own;
    }
    Instant said = Instant.ofEpochMilli(Long.parseLong(digits));
    return said.isBefore(own.minus(LONGEST_WAY_BACK)) || said.isAfter(own) ? own : said;
  }

  /** Returns whether it was put back already. */
  boolean wasPutBack() {
    return headers.lastHeader(ACCEPTED_AT) != null;
  }

  /** The headers of this record when it is put back. */
  Headers putBackHeaders() {
    return new RecordHeaders(headers)
        .add(
            ACCEPTED_AT,
            Long.toString(acceptedAt.toEpochMilli()).getBytes(StandardCharsets.US_ASCII));
  }

  /** About as many bytes as it takes in a log, uncompressed. */
  long bytes() {
    long sum = valueBytes() + (key == null ? 0L : key.length);
    for (Header header : headers) {
      sum += header.key().length() + (header.value() == null ? 0L : header.value().length);
    }
    return sum;
  }

  /** Returns whether its value is JSON and not Avro. */
  boolean isJson() {
    return value != null && JsonRequests.isJson(value);
  }

  /** Returns how its result is to be written: as it asks for, else as it came. */
  ResultFormat resultFormat() {
    return requestHeaders()
        .accepted()
        .orElseGet(() -> isJson() ? ResultFormat.JSON : ResultFormat.AVRO);
  }

  /** The headers that say something of the request. */
  RequestHeaders requestHeaders() {
    Map<String, String> found = new HashMap<>();
    Set<String> repeated = new HashSet<>();
    for (Header header : headers) {
      if (header.key().startsWith(RequestHeaders.PREFIX) && header.value() != null) {
        String text = new String(header.value(), StandardCharsets.UTF_8);
        if (found.put(header.key(), text) != null) {
          repeated.add(header.key());
        }
      }
    }
    return new RequestHeaders(found, repeated);
  }

  /** The hash of all that was given: of the value, and of the headers that say something of it. */
  long fingerprint() {
    RequestHeaders given = requestHeaders();
    return Fingerprint.ofRecord(value, given.values(), given.repeated());
  }

  /**
   * Returns what the request is called where its value says no id: its key, or, if it came as JSON,
   * a name made of its place in the log, which is the same whenever it is read.
   */
  Optional<String> idOutsideOfValue(ServiceClass serviceClass) {
    return keyAsId().or(() -> isJson() ? Optional.of(placeId(serviceClass)) : Optional.empty());
  }

  private String placeId(ServiceClass serviceClass) {
    return "%s-%d-%d".formatted(serviceClass.name().toLowerCase(Locale.ROOT), partition, offset);
  }

  Origin origin(ServiceClass serviceClass) {
    return new Origin(serviceClass, partition, offset);
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
   * says nothing. The last of two contexts counts, as for Kafka's tracing libraries, which add
   * theirs behind what they find. A trace changes nothing of a request, so none is refused for it.
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
