package io.penstock.broker.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.MessagesError;
import io.penstock.broker.inference.Reply;
import java.util.Map;
import org.reactivestreams.Publisher;

/** Writes answers. */
public final class Replies {

  public static final ObjectMapper JSON = new ObjectMapper();

  private static final MediaType EVENTS = MediaType.of("text/event-stream; charset=utf-8");
  private static final MediaType PROBLEM = MediaType.of("application/problem+json");

  private Replies() {}

  static MutableHttpResponse<byte[]> of(Reply reply) {
    return with(json(reply.status(), reply.body()), reply.headers());
  }

  /**
   * An error as the path's callers expect it: OpenAI's or Anthropic's shape; on /admin problem
   * details.
   */
  static MutableHttpResponse<byte[]> of(ApiError error, String path) {
    if (MessagesError.isAt(path)) {
      return coded(
          of(new Reply(error.status(), error.headers(), MessagesError.json(error))), error);
    }
    if (!isAdmin(path)) {
      return coded(of(Reply.of(error)), error);
    }
    JsonNode problem =
        JSON.createObjectNode()
            .put("type", "about:blank")
            .put("title", title(error.status()))
            .put("status", error.status())
            .put("detail", error.message())
            .put("code", error.code())
            .put("field", error.param().orElse(null));
    return coded(
        with(json(error.status(), bytes(problem)), error.headers()).contentType(PROBLEM), error);
  }

  /** What counts answers learns from it why a call was refused. */
  private static MutableHttpResponse<byte[]> coded(
      MutableHttpResponse<byte[]> response, ApiError error) {
    response.setAttribute(MetricsFilter.ERROR_CODE, error.code());
    return response;
  }

  /** A stream of server-sent events, which nobody on the way is to hold back. */
  static MutableHttpResponse<Publisher<byte[]>> events(Publisher<byte[]> events) {
    return HttpResponse.ok(events)
        .contentType(EVENTS)
        .header("cache-control", "no-cache")
        .header("x-accel-buffering", "no");
  }

  /** The same with further headers. */
  static <T> MutableHttpResponse<T> with(
      MutableHttpResponse<T> response, Map<String, String> headers) {
    headers.forEach(response::header);
    return response;
  }

  static boolean isAdmin(String path) {
    return path.equals("/admin") || path.startsWith("/admin/");
  }

  public static MutableHttpResponse<byte[]> json(int status, JsonNode body) {
    return json(status, bytes(body));
  }

  public static byte[] bytes(JsonNode body) {
    try {
      return JSON.writeValueAsBytes(body);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a tree can be written", impossible);
    }
  }

  private static MutableHttpResponse<byte[]> json(int status, byte[] body) {
    return HttpResponse.<byte[]>status(status, title(status))
        .contentType(MediaType.APPLICATION_JSON_TYPE)
        .body(body);
  }

  private static String title(int status) {
    try {
      return HttpStatus.valueOf(status).getReason();
    } catch (IllegalArgumentException unnamed) {
      return "Error";
    }
  }
}
