package io.penstock.compose.bench.batches;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.compose.bench.rig.BenchCluster;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Calls the front for files and batches as OpenAI's clients do. */
final class BatchCalls implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BOUNDARY = "penstock-bench";
  private static final String ENDPOINT = "/v1/chat/completions";

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI front;
  private final Path folder;

  /**
   * @param folder where forms are written
   */
  BatchCalls(URI front, Path folder) {
    this.front = front;
    this.folder = folder;
  }

  /**
   * Uploads a file of so many requests, each with so much text.
   *
   * @return its id
   */
  String upload(String model, int lines, int textBytes) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path form = Files.createTempFile(folder, "form", null);
    try {
      write(form, model, lines, textBytes);
      JsonNode file =
          send(
              request("/v1/files")
                  .header("content-type", "multipart/form-data; boundary=" + BOUNDARY)
                  .POST(BodyPublishers.ofFile(form)));
      return file.path("id").asText();
    } finally {
      Files.delete(form);
    }
  }

  private static void write(Path form, String model, int lines, int textBytes) throws IOException {
    String text = "x".repeat(textBytes);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(form))) {
      out.write(
          "--%s\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"bench.jsonl\"\r\n\r\n"
              .formatted(BOUNDARY, BOUNDARY)
              .getBytes(StandardCharsets.UTF_8));
      for (int line = 1; line <= lines; line++) {
        out.write(line(model, line, text).getBytes(StandardCharsets.UTF_8));
      }
      out.write("\r\n--%s--\r\n".formatted(BOUNDARY).getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String line(String model, int number, String text) {
    return "{\"custom_id\":\"%d\",\"method\":\"POST\",\"url\":\"%s\",\"body\":{\"model\":\"%s\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}}\n"
        .formatted(number, ENDPOINT, model, text);
  }

  /** Makes a batch and returns its id. */
  String create(String file) throws IOException, InterruptedException {
    String body =
        "{\"input_file_id\":\"%s\",\"endpoint\":\"%s\",\"completion_window\":\"24h\"}"
            .formatted(file, ENDPOINT);
    return send(request("/v1/batches").POST(BodyPublishers.ofString(body))).path("id").asText();
  }

  JsonNode batch(String id) throws IOException, InterruptedException {
    return send(request("/v1/batches/" + id).GET());
  }

  void cancel(String id) throws IOException, InterruptedException {
    JsonNode _ = send(request("/v1/batches/" + id + "/cancel").POST(BodyPublishers.noBody()));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(front.resolve(path)).timeout(BenchCluster.PATIENCE);
  }

  private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
    var answer = client.send(request.build(), BodyHandlers.ofByteArray());
    JsonNode json = JSON.readTree(answer.body());
    if (answer.statusCode() != 200) {
      throw new IOException("the front answered %d: %s".formatted(answer.statusCode(), json));
    }
    return json;
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
