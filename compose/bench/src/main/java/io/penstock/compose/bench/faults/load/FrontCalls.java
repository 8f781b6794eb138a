package io.penstock.compose.bench.faults.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Calls any of the fronts, as a client does that tries again at another. */
final class FrontCalls implements AutoCloseable {

  static final ObjectMapper JSON = new ObjectMapper();

  /** Answers that ask to try again. */
  static final Set<Integer> NOT_NOW = Set.of(429, 502, 503, 504);

  private static final Duration PAUSE = Duration.ofMillis(250);

  /** Longer than any answer takes while nothing is broken. */
  private static final Duration CALL = Duration.ofSeconds(30);

  private static final String BOUNDARY = "penstock-faults";

  private final List<URI> fronts;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private final AtomicLong retries = new AtomicLong();
  private volatile long giveUpAt = Long.MAX_VALUE;

  /** A client has tried for as long as it was told to. */
  static final class GaveUpException extends IOException {

    @java.io.Serial private static final long serialVersionUID = 1L;

    GaveUpException(String message) {
      super(message);
    }
  }

  FrontCalls(List<URI> fronts) {
    this.fronts = List.copyOf(fronts);
  }

  /** The body of a chat completion. */
  static String chat(String model, int tokens) {
    return "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"What is a penstock?\"}],\"max_tokens\":%d}"
        .formatted(model, tokens);
  }

  /** From this time on clients give up instead of trying again. */
  void giveUpAfter(Duration patience) {
    giveUpAt = System.nanoTime() + patience.toNanos();
  }

  HttpRequest.Builder get(String path) {
    return request(path).GET();
  }

  HttpRequest.Builder post(String path, String body) {
    return request(path)
        .header("content-type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  /** Uploads the input file of a batch. */
  HttpRequest.Builder upload(String lines) {
    String form =
        "--%s\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"in.jsonl\"\r\n\r\n%s\r\n--%s--\r\n"
            .formatted(BOUNDARY, BOUNDARY, lines, BOUNDARY);
    return request("/v1/files")
        .header("content-type", "multipart/form-data; boundary=" + BOUNDARY)
        .POST(BodyPublishers.ofString(form));
  }

  /** Of no front yet: {@link #lines} and {@link #persistently} choose one. */
  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://front" + path)).timeout(CALL);
  }

  /** The same call at one of the fronts. */
  private HttpRequest at(HttpRequest.Builder call) {
    HttpRequest unplaced = call.build();
    URI front = fronts.get(ThreadLocalRandom.current().nextInt(fronts.size()));
    URI path = unplaced.uri();
    String query = path.getRawQuery() == null ? "" : "?" + path.getRawQuery();
    return HttpRequest.newBuilder(unplaced, (_, _) -> true)
        .uri(front.resolve(path.getRawPath() + query))
        .build();
  }

  /** The lines of a stream as they come, from one front; whatever it answers. */
  HttpResponse<Stream<String>> lines(HttpRequest.Builder call)
      throws IOException, InterruptedException {
    requirePatience("a stream");
    return client.send(at(call), BodyHandlers.ofLines());
  }

  /**
   * Tries at one front after the other until the answer is one that counts.
   *
   * @throws GaveUpException if none came while there was patience
   */
  HttpResponse<String> persistently(HttpRequest.Builder call)
      throws IOException, InterruptedException {
    String last = "nothing";
    while (true) {
      requirePatience(last);
      try {
        HttpResponse<String> answer = client.send(at(call), BodyHandlers.ofString());
        if (!NOT_NOW.contains(answer.statusCode())) {
          return answer;
        }
        last = answer.statusCode() + " " + answer.body();
      } catch (IOException lost) {
        last = lost.toString();
      }
      again();
    }
  }

  private void requirePatience(String last) throws GaveUpException {
    if (System.nanoTime() > giveUpAt) {
      throw new GaveUpException("gave up after the run; the last answer was " + last);
    }
  }

  /** The body of an answer that must be 200. */
  JsonNode ok(HttpRequest.Builder call) throws IOException, InterruptedException {
    HttpResponse<String> answer = persistently(call);
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(
          "%s answered %d: %s"
              .formatted(call.build().uri().getPath(), answer.statusCode(), answer.body()));
    }
    return JSON.readTree(answer.body());
  }

  /** Counts that a client tries again, and has it wait a little. */
  void again() throws InterruptedException {
    retries.incrementAndGet();
    Thread.sleep(PAUSE);
  }

  long retries() {
    return retries.get();
  }

  static String id(HttpResponse<?> answer) {
    return answer.headers().firstValue("penstock-request-id").orElse("");
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
