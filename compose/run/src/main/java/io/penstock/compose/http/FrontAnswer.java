package io.penstock.compose.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.Optional;

/** What the front answered. */
public record FrontAnswer(int status, HttpHeaders headers, byte[] body) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Names the request that the answer is of; only answers of requests have it. */
  private static final String REQUEST_ID = "penstock-request-id";

  public boolean isSuccess() {
    return status >= 200 && status < 300;
  }

  /** The id of the request that was answered, where the front got so far as to have one. */
  public Optional<String> requestId() {
    return headers.firstValue(REQUEST_ID);
  }

  /** The body as an object; empty if it is none, as from a proxy on the way. */
  public Optional<ObjectNode> object() {
    try {
      return JSON.readTree(body) instanceof ObjectNode object
          ? Optional.of(object)
          : Optional.empty();
    } catch (IOException malformed) {
      return Optional.empty();
    }
  }

  /** When to try again, if the front says so. */
  Optional<Duration> retryAfter() {
    return headers
        .firstValue("retry-after")
        .filter(text -> text.matches("[0-9]{1,6}"))
        .map(Long::parseLong)
        .map(Duration::ofSeconds);
  }

  /** Whether the same call may succeed in a moment. */
  boolean isPassing() {
    boolean refused = headers.firstValue("x-should-retry").filter("false"::equals).isPresent();
    return requestId().isEmpty()
        && !refused
        && (status == 429 || status == 502 || status == 503 || status == 504);
  }

  /** What the front says is wrong: OpenAI's error, or a problem of /admin. */
  public Optional<Fault> fault() {
    return object()
        .flatMap(
            json -> {
              JsonNode error = json.path("error");
              return error.path("message").isTextual()
                  ? Optional.of(
                      new Fault(error.path("code").asText(), error.path("message").asText()))
                  : json.path("detail").isTextual()
                      ? Optional.of(
                          new Fault(json.path("code").asText(), json.path("detail").asText()))
                      : Optional.empty();
            });
  }

  /** An error's stable name and its text for people. */
  public record Fault(String code, String message) {}
}
