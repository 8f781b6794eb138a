package io.penstock.broker.batches;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.blobs.FolderStore;
import io.penstock.broker.blobs.ForwardingStore;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** However a caller asks for content: what was opened in the store is closed again. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(30)
class ContentReadersTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** More than sockets hold, so that a download does not end by itself. */
  private static final int LARGE = 40 << 20;

  private final HttpClient http = HttpClient.newHttpClient();
  private Counting blobs;
  private OneInstance instance;
  private String file;
  private String results;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    blobs = new Counting(FolderStore.open(folder));
    instance = new OneInstance(blobs);
    file = "/v1/files/%s/content".formatted(upload());
    results = "/v1/messages/batches/%s/results".formatted(batch());
    awaitClosed();
  }

  @AfterAll
  void stop() {
    instance.close();
    http.close();
  }

  @Test
  void headReadsNothing() throws Exception {
    for (String path : List.of(file, results)) {
      int before = blobs.opened.get();
      for (int each = 0; each < 20; each++) {
        try (Socket socket = connect()) {
          send(socket, "HEAD", path, "close");
          String all =
              new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
          assertThat(all).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n");
        }
      }
      awaitClosed();
      assertThat(blobs.opened.get() - before).as("opened for HEAD of %s", path).isZero();
    }
  }

  @Test
  void aDownloadThatIsReadWholeIsClosed() throws Exception {
    for (String path : List.of(file, results)) {
      HttpResponse<byte[]> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(instance.url() + path)).build(),
              BodyHandlers.ofByteArray());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isNotEmpty();
      awaitClosed();
    }
  }

  @Test
  void aDownloadWhoseCallerGoesIsClosed() throws Exception {
    for (int read : List.of(0, 1, 100, 100_000)) {
      for (String range : List.of("", "range: bytes=1000-\r\n")) {
        try (Socket socket = connect()) {
          send(socket, "GET", file, "keep-alive\r\n" + range.strip());
          assertThat(socket.getInputStream().readNBytes(read)).hasSize(read);
          if (read > 0) {
            assertThat(blobs.open.get()).isPositive();
          }
        }
        awaitClosed();
      }
    }
  }

  private void awaitClosed() throws InterruptedException {
    while (blobs.open.get() > 0) {
      Thread.sleep(10);
    }
  }

  private String upload() throws Exception {
    String line = "x".repeat(1023) + "\n";
    String form =
        """
        --limit\r
        content-disposition: form-data; name="purpose"\r
        \r
        batch\r
        --limit\r
        content-disposition: form-data; name="file"; filename="large.jsonl"\r
        \r
        %s\r
        --limit--\r
        """
            .formatted(line.repeat(LARGE / line.length()));
    return post("/v1/files", "multipart/form-data; boundary=limit", form).path("id").textValue();
  }

  private String batch() throws Exception {
    String asked =
        """
        {"requests":[{"custom_id":"a","params":{"model":"m","max_tokens":9,
         "messages":[{"role":"user","content":"Hi"}]}}]}\
        """;
    JsonNode batch = post("/v1/messages/batches", "application/json", asked);
    String id = batch.path("id").textValue();
    while (!batch.path("processing_status").asText().equals("ended")) {
      Thread.sleep(20);
      batch =
          JSON.readTree(
              http.send(
                      HttpRequest.newBuilder(
                              URI.create(instance.url() + "/v1/messages/batches/" + id))
                          .build(),
                      BodyHandlers.ofByteArray())
                  .body());
    }
    return id;
  }

  private JsonNode post(String path, String type, String body) throws Exception {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(instance.url() + path))
                .header("content-type", type)
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), URI.create(instance.url()).getPort());
  }

  private static void send(Socket socket, String method, String path, String connection)
      throws IOException {
    socket
        .getOutputStream()
        .write(
            "%s %s HTTP/1.1\r\nhost: a\r\nconnection: %s\r\n\r\n"
                .formatted(method, path, connection)
                .getBytes(StandardCharsets.US_ASCII));
  }

  /** Counts what is open for reading. */
  private static final class Counting extends ForwardingStore {

    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger opened = new AtomicInteger();

    Counting(BlobStore store) {
      super(store);
    }

    @Override
    public InputStream read(BlobName name, long from, long length) throws IOException {
      InputStream in = super.read(name, from, length);
      open.incrementAndGet();
      opened.incrementAndGet();
      return new FilterInputStream(in) {
        private boolean closed;

        @Override
        public void close() throws IOException {
          if (!closed) {
            closed = true;
            open.decrementAndGet();
          }
          super.close();
        }
      };
    }
  }
}
