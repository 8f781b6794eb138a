package io.penstock.broker.batches;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.blobs.BlobWriter;
import io.penstock.broker.blobs.FolderStore;
import io.penstock.broker.blobs.ForwardingStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each call has a thread of its own, so what they share must bound itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class ManyCallersTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CALLERS = 100;

  /** Half of the places, for there is one tenant. */
  private static final int PLACES = 16;

  private static final String CONTENT = "x".repeat(1023) + "\n";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private Counting store;
  private OneInstance instance;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    store = new Counting(FolderStore.open(folder));
    instance = new OneInstance(store);
  }

  @AfterAll
  void stop() {
    instance.close();
    http.close();
  }

  @Test
  void manyUploadsAndDownloadsAtOnceAllEndWell() throws Exception {
    List<String> ids = new ArrayList<>();
    for (HttpResponse<String> each : atOnce(CALLERS, () -> upload(400))) {
      assertThat(each.statusCode()).as(each.body()).isEqualTo(200);
      ids.add(JSON.readTree(each.body()).path("id").textValue());
    }
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(store.most).hasValueBetween(2, PLACES);
    assertThat(store.open).hasValue(0);

    AtomicInteger next = new AtomicInteger();
    for (HttpResponse<String> each :
        atOnce(
            CALLERS,
            () -> get("/v1/files/%s/content".formatted(ids.get(next.getAndIncrement()))))) {
      assertThat(each.statusCode()).isEqualTo(200);
      assertThat(each.body()).isEqualTo(CONTENT.repeat(400));
    }
    for (HttpResponse<String> each : atOnce(5 * CALLERS, () -> get("/v1/files?limit=10"))) {
      assertThat(each.statusCode()).as(each.body()).isEqualTo(200);
    }
  }

  @Test
  void manyBatchesOfMessagesAtOnceAllEndWell() throws Exception {
    String body =
        """
        {"requests":[{"custom_id":"a","params":{"model":"m","max_tokens":9,
         "messages":[{"role":"user","content":"Hi"}]}}]}\
        """;
    HttpRequest create =
        HttpRequest.newBuilder(URI.create(instance.url() + "/v1/messages/batches"))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    for (HttpResponse<String> each : atOnce(CALLERS, () -> create)) {
      assertThat(each.statusCode()).as(each.body()).isEqualTo(200);
    }
    assertThat(store.most).hasValueBetween(2, PLACES);
  }

  private List<HttpResponse<String>> atOnce(int callers, Supplier<HttpRequest> request) {
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int each = 0; each < callers; each++) {
      answers.add(http.sendAsync(request.get(), BodyHandlers.ofString()));
    }
    return answers.stream().map(CompletableFuture::join).toList();
  }

  private HttpRequest get(String path) {
    return HttpRequest.newBuilder(URI.create(instance.url() + path)).build();
  }

  private HttpRequest upload(int lines) {
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
            .formatted(CONTENT.repeat(lines));
    return HttpRequest.newBuilder(URI.create(instance.url() + "/v1/files"))
        .header("content-type", "multipart/form-data; boundary=limit")
        .POST(BodyPublishers.ofString(form))
        .build();
  }

  /** Counts what is being written at once, and takes a moment for it. */
  private static final class Counting extends ForwardingStore {

    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    Counting(BlobStore store) {
      super(store);
    }

    @Override
    public BlobWriter create(BlobName name) throws IOException {
      BlobWriter writer = super.create(name);
      boolean uploaded = name.value().startsWith("files/") || name.value().endsWith("/input");
      int now = uploaded ? open.incrementAndGet() : 0;
      most.accumulateAndGet(now, Math::max);
      return new BlobWriter() {
        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
          writer.write(bytes, from, length);
        }

        @Override
        public void commit() throws IOException {
          try {
            Thread.sleep(Duration.ofMillis(30));
          } catch (InterruptedException stopped) {
            throw new IOException(stopped);
          }
          writer.commit();
        }

        @Override
        public void close() throws IOException {
          writer.close();
          if (uploaded) {
            open.decrementAndGet();
          }
        }
      };
    }
  }
}
