package io.penstock.broker.batches;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.MultipartField;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.batches.BatchListParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileListParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import io.penstock.broker.blobs.FolderStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files and batches through OpenAI's own client, and what no client would send. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenAiClientTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Path folder;
  private OneInstance instance;
  private OpenAIClient client;
  private HttpClient http;

  @BeforeAll
  void start(@TempDir Path shared) throws IOException {
    folder = shared;
    instance = new OneInstance(FolderStore.open(folder));
    http = HttpClient.newHttpClient();
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl(instance.url() + "/v1")
            .apiKey("unused")
            .maxRetries(0)
            .build();
  }

  @AfterAll
  void stop() {
    client.close();
    http.close();
    instance.close();
  }

  @Test
  void aBatchRunsFromUploadToDownload() throws Exception {
    String input = line("a", "\"n\":1.0") + line("b", "\"n\":\"fail\"") + line("c", "\"n\":3");
    FileObject file = upload("in.jsonl", input);
    assertThat(file.bytes()).isEqualTo(input.length());
    assertThat(file.filename()).isEqualTo("in.jsonl");

    Batch batch = await(create(file.id(), "24h"));
    assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
    assertThat(batch.requestCounts().orElseThrow().total()).isEqualTo(3);
    assertThat(batch.requestCounts().orElseThrow().completed()).isEqualTo(2);
    assertThat(batch.requestCounts().orElseThrow().failed()).isEqualTo(1);
    assertThat(batch.usage().orElseThrow().totalTokens()).isEqualTo(14);
    assertThat(batch.model()).hasValue("m");
    assertThat(batch.completedAt()).isPresent();
    assertThat(batch.metadata().orElseThrow().toString()).contains("team=red");

    assertThat(download(batch.outputFileId().orElseThrow()))
        .hasSize(2)
        .allMatch(each -> each.contains("\"status_code\":200"))
        .anyMatch(each -> each.contains("\"custom_id\":\"a\"") && each.contains("\"n\":1.0"));
    assertThat(download(batch.errorFileId().orElseThrow()))
        .singleElement()
        .asString()
        .contains("\"custom_id\":\"b\"", "\"code\":\"bad\"", "\"error\":null");
    FileObject output = client.files().retrieve(batch.outputFileId().orElseThrow());
    assertThat(output.purpose()).isEqualTo(FileObject.Purpose.BATCH_OUTPUT);
    assertThat(output.expiresAt()).isPresent();
  }

  @Test
  void whoeverMeetsAHomeThatMovesIsAskedToTryAgain() {
    instance.fence(true);
    try {
      assertThatThrownBy(() -> upload("in.jsonl", line("a", "\"n\":1")))
          .isInstanceOfSatisfying(
              OpenAIServiceException.class,
              refused -> {
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.headers().values("retry-after")).containsExactly("1");
              });
    } finally {
      instance.fence(false);
    }
  }

  @Test
  void aFileWithFaultsFailsTheBatchAndNamesThem() {
    FileObject file = upload("in.jsonl", line("a", "\"stream\":true") + line("a", "\"n\":1"));
    Batch batch = await(create(file.id(), "24h"));
    assertThat(batch.status()).isEqualTo(Batch.Status.FAILED);
    var errors = batch.errors().orElseThrow().data().orElseThrow();
    assertThat(errors.getFirst().code()).hasValue("stream_not_supported");
    assertThat(errors.getFirst().line()).hasValue(1L);
    assertThat(errors.getLast().code()).hasValue("duplicate_custom_id");
  }

  @Test
  void aBatchIsCancelledAndEachRequestAccountedFor() throws Exception {
    StringBuilder input = new StringBuilder();
    for (int each = 0; each < 200; each++) {
      input.append(line("id-" + each, each < 10 ? "\"n\":1" : "\"n\":\"hold\""));
    }
    FileObject file = upload("in.jsonl", input.toString());
    Batch begun = create(file.id(), "90m");
    awaitAnswers(begun.id(), 10);
    assertThatThrownBy(() -> client.files().delete(file.id()))
        .isInstanceOf(OpenAIServiceException.class)
        .hasMessageContaining(begun.id());
    assertThat(client.batches().cancel(begun.id()).cancellingAt()).isPresent();
    Batch batch = await(begun);
    assertThat(batch.status()).isEqualTo(Batch.Status.CANCELLED);
    assertThat(download(batch.outputFileId().orElseThrow())).hasSize(10);
    assertThat(download(batch.errorFileId().orElseThrow()))
        .hasSize(190)
        .allMatch(each -> each.contains("batch_cancelled"));
    assertThat(client.files().delete(file.id()).deleted()).isTrue();
    assertThatThrownBy(() -> client.files().retrieve(file.id()))
        .isInstanceOf(NotFoundException.class);
    assertThat(client.batches().cancel(begun.id()).cancelledAt()).isPresent();
  }

  @Test
  void whatIsNotAnsweredInTheWindowExpires(@TempDir Path other) throws Exception {
    try (OneInstance late = new OneInstance(FolderStore.open(other))) {
      OpenAIClient itsClient =
          OpenAIOkHttpClient.builder().baseUrl(late.url() + "/v1").apiKey("unused").build();
      OpenAIClient usual = client;
      client = itsClient;
      try {
        StringBuilder input = new StringBuilder();
        for (int each = 0; each < 100; each++) {
          input.append(line("id-" + each, each < 10 ? "\"n\":1" : "\"n\":\"hold\""));
        }
        Batch begun = create(upload("in.jsonl", input.toString()).id(), "1m");
        awaitAnswers(begun.id(), 10);
        late.pass(Duration.ofMinutes(1));
        awaitFinalizing(begun.id());
        late.pass(Duration.ofSeconds(10));
        Batch batch = await(begun);
        assertThat(batch.status()).isEqualTo(Batch.Status.EXPIRED);
        assertThat(batch.requestCounts().orElseThrow().failed()).isEqualTo(90);
        assertThat(download(batch.outputFileId().orElseThrow())).hasSize(10);
        assertThat(download(batch.errorFileId().orElseThrow()))
            .hasSize(90)
            .allMatch(
                each ->
                    each.contains(
                        "This request could not be executed before the completion window"
                            + " expired."));
      } finally {
        client = usual;
        itsClient.close();
      }
    }
  }

  @Test
  void listsComeInPages() {
    List<String> made = new ArrayList<>();
    FileObject file = upload("list.jsonl", line("a", "\"n\":1"));
    for (int each = 0; each < 5; each++) {
      made.add(create(file.id(), "24h").id());
    }
    List<String> listed =
        client.batches().list(BatchListParams.builder().limit(2).build()).autoPager().stream()
            .map(Batch::id)
            .toList();
    assertThat(listed).containsAll(made).doesNotHaveDuplicates();
    var files = client.files().list(FileListParams.builder().limit(1).purpose("batch").build());
    assertThat(files.data()).hasSize(1);
    assertThat(files.autoPager().stream().map(FileObject::id)).contains(file.id());
  }

  @Test
  void aCallUnderAnIdempotencyKeyMakesOneBatch() throws Exception {
    FileObject file = upload("in.jsonl", line("a", "\"n\":1"));
    String body = batchOf(file.id(), "24h");
    String made = keyed(body, "retry-1").body();
    String id = made.substring(made.indexOf("batch_i"), made.indexOf("batch_i") + 39);

    HttpResponse<String> again = keyed(body, "retry-1");
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(again.body()).contains("\"id\":\"" + id + "\"");
    assertThat(keyed(body, "retry-2").body()).doesNotContain(id);

    HttpResponse<String> other = keyed(batchOf(file.id(), "48h"), "retry-1");
    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(other.body()).contains("idempotency_key_reused");
    FileObject another = upload("in.jsonl", line("a", "\"n\":1"));
    assertThat(keyed(batchOf(another.id(), "24h"), "retry-1").statusCode()).isEqualTo(409);
  }

  @Test
  void callsUnderOneKeyAtTheSameMomentAllGetTheBatch() throws Exception {
    FileObject file = upload("in.jsonl", line("a", "\"n\":1"));
    String body = batchOf(file.id(), "24h");
    try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<java.util.concurrent.Future<HttpResponse<String>>>();
      for (int each = 0; each < 8; each++) {
        answers.add(threads.submit(() -> keyed(body, "at-once")));
      }
      var ids = new java.util.TreeSet<String>();
      for (var each : answers) {
        String made = each.get().body();
        ids.add(made.substring(made.indexOf("batch_i"), made.indexOf("batch_i") + 39));
      }
      assertThat(ids).hasSize(1);
    }
  }

  @Test
  void aBatchWhoseRecordIsTooLargeFailsAndSaysSo(@TempDir Path other) throws Exception {
    try (OneInstance full = new OneInstance(FolderStore.open(other))) {
      OpenAIClient usual = client;
      client = OpenAIOkHttpClient.builder().baseUrl(full.url() + "/v1").apiKey("unused").build();
      try {
        FileObject file = upload("in.jsonl", line("a", "\"n\":1") + line("b", "\"n\":\"hold\""));
        Batch begun = create(file.id(), "24h");
        awaitAnswers(begun.id(), 1);
        full.findTooLarge(document -> document.contains("\"output\":[1"));
        full.release();

        Batch batch = await(begun);

        assertThat(batch.status()).isEqualTo(Batch.Status.FAILED);
        assertThat(batch.errors().orElseThrow().data().orElseThrow().getFirst().code())
            .hasValue("batch_too_large");
        assertThat(batch.outputFileId()).isEmpty();
      } finally {
        client.close();
        client = usual;
      }
    }
  }

  @Test
  void anUnknownFileOrBatchIsNotFound() {
    assertThatThrownBy(() -> create("file-none", "24h")).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> client.batches().retrieve("batch_none"))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> client.batches().cancel("batch_none"))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> client.files().content("file-none").body())
        .isInstanceOf(NotFoundException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nonsense | invalid_json",
        "{} | missing_required_parameter",
        "{'input_file_id':7,'endpoint':'/v1/completions','completion_window':'24h'} | invalid_type",
        "{'input_file_id':'f','endpoint':'/v1/images','completion_window':'24h'} |"
            + " invalid_endpoint",
        "{'input_file_id':'f','endpoint':'/v1/completions','completion_window':'8d'} |"
            + " invalid_completion_window",
        "{'input_file_id':'f','endpoint':'/v1/completions','completion_window':'24h','metadata':{'a':1}}"
            + " | invalid_metadata",
        "{'input_file_id':'f','endpoint':'/v1/completions','completion_window':'24h','output_expires_after':{'anchor':'created_at','seconds':9}}"
            + " | invalid_seconds",
        "{'input_file_id':'f','endpoint':'/v1/completions','completion_window':'24h','extra':1} |"
            + " unknown_parameter",
        "{'input_file_id':'f','endpoint':'/v1/completions','completion_window':'24h'} | not_found"
      })
  void aBatchThatCannotBeIsRefused(String body, String code) throws Exception {
    HttpResponse<String> refused = send("/v1/batches", "application/json", body.replace('\'', '"'));
    assertThat(refused.statusCode()).isBetween(400, 404);
    assertThat(refused.body()).contains("\"error\":{\"message\"", "\"code\":\"" + code + "\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--x~Content-Disposition: form-data; name=\"purpose\"~~batch~--x--~ |"
            + " missing_required_parameter",
        "--x~Content-Disposition: form-data; name=\"file\"; filename=\"a\"~~hi~--x--~ |"
            + " missing_required_parameter",
        "--x~Content-Disposition: form-data; name=\"purpose\"~~vision~--x--~ | invalid_purpose",
        "--x~Content-Disposition: form-data; name=\"other\"~~1~--x--~ | unknown_parameter",
        "--x~Content-Disposition: form-data; name=\"file\"; filename=\"a\"~~cut off |"
            + " invalid_multipart",
        "no form at all | missing_required_parameter",
      })
  void anUploadThatCannotBeIsRefusedAndLeavesNothing(String form, String code) throws Exception {
    long before = blobs();
    HttpResponse<String> refused =
        send("/v1/files", "multipart/form-data; boundary=x", form.replace("~", "\r\n"));
    assertThat(refused.body()).contains("\"code\":\"" + code + "\"");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(blobs()).isEqualTo(before);
  }

  @Test
  void thePurposeMayComeBehindTheFileAndTheNameIsNoPath() throws Exception {
    String form =
        "--x~Content-Disposition: form-data; name=\"file\"; filename=\"../../../tmp/evil.jsonl\"~~hi~--x~Content-Disposition: form-data; name=\"purpose\"~~batch~--x--~"
            .replace("~", "\r\n");
    HttpResponse<String> made = send("/v1/files", "multipart/form-data; boundary=x", form);
    assertThat(made.statusCode()).isEqualTo(200);
    assertThat(made.body()).contains("\"filename\":\"evil.jsonl\"", "\"bytes\":2");
    assertThat(folder.getParent().resolve("tmp")).doesNotExist();
  }

  @Test
  void aRangeOfAFileIsServed() throws Exception {
    FileObject file = upload("in.jsonl", "0123456789");
    HttpResponse<String> part = range(file.id(), "bytes=2-4");
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body()).isEqualTo("234");
    assertThat(part.headers().firstValue("content-range")).hasValue("bytes 2-4/10");
    assertThat(range(file.id(), "bytes=10-").statusCode()).isEqualTo(416);
    assertThat(range(file.id(), "bytes=0-1,3-4").body()).isEqualTo("0123456789");
  }

  @Test
  void tooLargeALimitIsRefused() {
    assertThatThrownBy(() -> client.batches().list(BatchListParams.builder().limit(101).build()))
        .isInstanceOf(BadRequestException.class);
  }

  private static String batchOf(String file, String window) {
    return "{\"input_file_id\":\"%s\",\"endpoint\":\"/v1/completions\",\"completion_window\":\"%s\"}"
        .formatted(file, window);
  }

  private HttpResponse<String> keyed(String body, String key) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(instance.url() + "/v1/batches"))
            .header("idempotency-key", key)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> range(String id, String range) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(instance.url() + "/v1/files/" + id + "/content"))
            .header("range", range)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> send(String path, String type, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(instance.url() + path))
            .header("content-type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private long blobs() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).count();
    }
  }

  private FileObject upload(String name, String text) {
    return client
        .files()
        .create(
            FileCreateParams.builder()
                .purpose(FilePurpose.BATCH)
                .file(
                    MultipartField.<InputStream>builder()
                        .value(new ByteArrayInputStream(text.getBytes(UTF_8)))
                        .filename(name)
                        .contentType("application/jsonl")
                        .build())
                .build());
  }

  private Batch create(String file, String window) {
    return client
        .batches()
        .create(
            BatchCreateParams.builder()
                .inputFileId(file)
                .endpoint(BatchCreateParams.Endpoint.V1_COMPLETIONS)
                .completionWindow(BatchCreateParams.CompletionWindow.of(window))
                .metadata(
                    BatchCreateParams.Metadata.builder()
                        .putAdditionalProperty("team", com.openai.core.JsonValue.from("red"))
                        .build())
                .build());
  }

  private Batch await(Batch begun) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Batch batch = client.batches().retrieve(begun.id());
      boolean ended =
          batch.completedAt().isPresent()
              || batch.failedAt().isPresent()
              || batch.cancelledAt().isPresent()
              || batch.expiredAt().isPresent();
      if (ended || System.nanoTime() > until) {
        return batch;
      }
      Thread.onSpinWait();
    }
  }

  private void awaitAnswers(String id, long answers) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (client.batches().retrieve(id).requestCounts().orElseThrow().completed() < answers
        && System.nanoTime() < until) {
      Thread.onSpinWait();
    }
  }

  private void awaitFinalizing(String id) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (client.batches().retrieve(id).finalizingAt().isEmpty() && System.nanoTime() < until) {
      Thread.onSpinWait();
    }
  }

  private List<String> download(String id) throws IOException {
    try (var content = client.files().content(id)) {
      return new String(content.body().readAllBytes(), UTF_8).lines().toList();
    }
  }

  private static String line(String customId, String field) {
    return "{\"custom_id\":\"%s\",\"method\":\"POST\",\"url\":\"/v1/completions\",\"body\":{\"model\":\"m\",%s}}\n"
        .formatted(customId, field);
  }
}
