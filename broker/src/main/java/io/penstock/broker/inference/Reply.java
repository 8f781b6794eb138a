package io.penstock.broker.inference;

import io.penstock.broker.errors.ApiError;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer over HTTP, whole.
 *
 * @param body JSON in UTF-8; the array is not copied
 */
public record Reply(int status, Map<String, String> headers, byte[] body) {

  public Reply {
    headers = Map.copyOf(headers);
  }

  public static Reply of(ApiError error) {
    return new Reply(error.status(), error.headers(), error.json());
  }

  /** The same with further headers. */
  public Reply with(Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.putAll(more);
    return new Reply(status, all, body);
  }
}
