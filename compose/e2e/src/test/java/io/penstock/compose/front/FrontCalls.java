package io.penstock.compose.front;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.compose.bench.faults.load.ResponseReading;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Calls an instance as any client might. */
final class FrontCalls implements AutoCloseable {

  static final ObjectMapper JSON = new ObjectMapper();

  private final String base;
  private final HttpClient client = HttpClient.newHttpClient();

  FrontCalls(String base) {
    this.base = base;
  }

  HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    return send(request(path, headers).GET());
  }

  HttpResponse<String> delete(String path, String... headers)
      throws IOException, InterruptedException {
    return send(request(path, headers).DELETE());
  }

  HttpResponse<String> post(String path, String body, String... headers)
      throws IOException, InterruptedException {
    return send(request(path, headers).POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  /** A call that is under way. */
  CompletableFuture<HttpResponse<String>> posting(String path, String body, String... headers) {
    HttpRequest.Builder request =
        request(path, headers).POST(HttpRequest.BodyPublishers.ofString(body));
    return client.sendAsync(request.build(), BodyHandlers.ofString());
  }

  /** Uploads the input file of a batch. */
  HttpResponse<String> upload(String lines, String... headers)
      throws IOException, InterruptedException {
    String form =
        "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
            + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"in.jsonl\"\r\n\r\n"
            + lines
            + "\r\n--b--\r\n";
    return send(
        request("/v1/files", headers)
            .header("content-type", "multipart/form-data; boundary=b")
            .POST(HttpRequest.BodyPublishers.ofString(form)));
  }

  /** Makes a batch of chat completions. */
  HttpResponse<String> batch(String file, String... headers)
      throws IOException, InterruptedException {
    return post(
        "/v1/batches",
        "{\"input_file_id\":\"%s\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}"
            .formatted(file),
        headers);
  }

  /** The lines of a stream as they come. */
  HttpResponse<Stream<String>> lines(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofLines());
  }

  HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(60));
    return headers.length == 0 ? request : request.headers(headers);
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  static JsonNode json(HttpResponse<String> response) throws IOException {
    return JSON.readTree(response.body());
  }

  static String id(HttpResponse<?> response) {
    return response.headers().firstValue("penstock-request-id").orElseThrow();
  }

  static String code(HttpResponse<String> response) throws IOException {
    return json(response).at("/error/code").asText();
  }

  static List<String> data(Stream<String> lines) {
    return ResponseReading.data(lines).toList();
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
