package io.penstock.streams.runtime;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.common.header.Header;

/**
 * The first headers of a record, as many as a dead letter has room for.
 *
 * @param values the last value by name; a header without a value is left out
 * @param repeated the names of those that come more than once, sorted
 */
public record LetterHeaders(Map<String, ByteBuffer> values, List<String> repeated) {

  private static final int MOST_BYTES = 64 * 1024;

  public LetterHeaders {
    values = Map.copyOf(values);
    repeated = List.copyOf(repeated);
  }

  /** Takes headers in their order until the next one would be too much. */
  public static LetterHeaders of(Iterable<Header> headers) {
    Map<String, ByteBuffer> values = new HashMap<>();
    TreeSet<String> repeated = new TreeSet<>();
    int bytes = 0;
    for (Header header : headers) {
      if (header.value() == null) {
        continue;
      }
      bytes += header.key().length() + header.value().length;
      if (bytes > MOST_BYTES) {
        break;
      }
      if (values.put(header.key(), ByteBuffer.wrap(header.value())) != null) {
        repeated.add(header.key());
      }
    }
    return new LetterHeaders(values, new ArrayList<>(repeated));
  }
}
