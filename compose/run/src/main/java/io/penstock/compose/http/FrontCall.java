package io.penstock.compose.http;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A call of the front.
 *
 * @param path with its query, beginning with a slash
 * @param patience how long the answer may take to begin
 * @param repeatable whether the call may be made again when its answer is lost
 */
public record FrontCall(
    String method,
    String path,
    Map<String, String> headers,
    BodyPublisher body,
    Duration patience,
    boolean repeatable) {

  private static final Duration USUAL_PATIENCE = Duration.ofSeconds(60);

  public FrontCall {
    headers = Map.copyOf(headers);
  }

  public static FrontCall get(String path) {
    return new FrontCall("GET", path, Map.of(), BodyPublishers.noBody(), USUAL_PATIENCE, true);
  }

  /** What was deleted once may be gone when the call is repeated, which would look like a fault. */
  public static FrontCall delete(String path) {
    return new FrontCall("DELETE", path, Map.of(), BodyPublishers.noBody(), USUAL_PATIENCE, false);
  }

  public static FrontCall post(String path, byte[] json) {
    return new FrontCall(
        "POST",
        path,
        Map.of("content-type", "application/json"),
        BodyPublishers.ofByteArray(json),
        USUAL_PATIENCE,
        false);
  }

  public static FrontCall patch(String path, byte[] json) {
    FrontCall post = post(path, json);
    return new FrontCall(
        "PATCH", path, post.headers(), post.body(), post.patience(), post.repeatable());
  }

  /** Puts the same in the same place however often it is made. */
  public static FrontCall put(String path, byte[] json) {
    FrontCall post = post(path, json);
    return new FrontCall("PUT", path, post.headers(), post.body(), post.patience(), true);
  }

  public static FrontCall post(String path) {
    return new FrontCall("POST", path, Map.of(), BodyPublishers.noBody(), USUAL_PATIENCE, false);
  }

  public FrontCall with(String header, String value) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put(header, value);
    return new FrontCall(method, path, all, body, patience, repeatable);
  }

  public FrontCall withPatience(Duration length) {
    return new FrontCall(method, path, headers, body, length, repeatable);
  }

  /** The same for a call that the front does once only, however often it is made. */
  public FrontCall asRepeatable() {
    return new FrontCall(method, path, headers, body, patience, true);
  }

  /** The same with another body. */
  public FrontCall withBody(String contentType, BodyPublisher other) {
    return new FrontCall(method, path, headers, other, patience, repeatable)
        .with("content-type", contentType);
  }
}
