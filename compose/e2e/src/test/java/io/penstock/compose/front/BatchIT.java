package io.penstock.compose.front;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.MultipartField;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FilePurpose;
import io.penstock.broker.HttpFront;
import io.penstock.broker.blobs.s3.S3Server;
import io.penstock.broker.settings.S3Settings;
import io.penstock.compose.e2e.PenstockFixture;
import io.penstock.compose.e2e.PenstockProcess;
import io.penstock.compose.node.PenstockNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Batches through OpenAI's client, on real Kafka, with instances that come and go. */
@ExtendWith(PenstockFixture.class)
class BatchIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int REQUESTS = 300;

  @Test
  void aBatchRunsFromUploadToDownload(PenstockNode node) throws Exception {
    try (FrontCluster cluster = new FrontCluster(node, "batch-one.", 2)) {
      cluster.backend().on("m", BatchIT::answer);
      HttpFront front = cluster.start(FrontCluster.settings());
      OpenAIClient client = client(front);

      String file = upload(client);
      Batch batch = awaitEnd(client, create(client, file));

      assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
      assertEachOnce(client, batch, REQUESTS * 9 / 10);
      assertThat(client.files().delete(file).deleted()).isTrue();
      assertLinesAreRequests(front, batch.id());
      client.close();
    }
  }

  /** A line is a request like any other. */
  private static void assertLinesAreRequests(HttpFront front, String batch) throws Exception {
    try (FrontCalls calls = new FrontCalls(front.url())) {
      String first = "/v1/requests/" + batch + ".1";
      assertThat(calls.get(first).body()).contains("\"status\":\"succeeded\"");
      assertThat(calls.get(first + "/result").body()).contains("\"n\":1");
      assertThat(calls.get("/v1/requests/" + batch + ".301").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void aBatchIsCancelledMidway(PenstockNode node) throws Exception {
    try (FrontCluster cluster = new FrontCluster(node, "batch-cancel.", 2)) {
      List<String> held = new ArrayList<>();
      cluster
          .backend()
          .on(
              "m",
              call -> {
                if (number(call) <= 20) {
                  call.succeed(body(call));
                } else {
                  synchronized (held) {
                    held.add(call.request().getId());
                  }
                }
              });
      OpenAIClient client = client(cluster.start(FrontCluster.settings()));
      Batch begun = create(client, upload(client));
      await().atMost(PATIENCE).until(() -> completed(client, begun) == 20);

      client.batches().cancel(begun.id());
      Batch batch = awaitEnd(client, begun);

      assertThat(batch.status()).isEqualTo(Batch.Status.CANCELLED);
      assertEachOnce(client, batch, 20);
      // Not all was fed at once.
      assertThat(held.size()).isLessThan(REQUESTS - 20);
      client.close();
    }
  }

  @Test
  void aBatchGoesOnWhereAnotherInstanceEnds(PenstockNode node) throws Exception {
    try (FrontCluster cluster = new FrontCluster(node, "batch-two.", 4)) {
      cluster.backend().on("m", BatchIT::answerSlowly);
      HttpFront one = cluster.start(FrontCluster.settings());
      OpenAIClient first = client(one);
      List<Batch> begun = createFour(first);
      HttpFront two = cluster.start(FrontCluster.settings());
      OpenAIClient second = client(two);
      await().atMost(PATIENCE).until(() -> completed(second, begun.getFirst()) > 20);

      one.close();

      assertAllComplete(second, begun);
      assertThat(second.batches().list().autoPager().stream().map(Batch::id))
          .containsExactlyInAnyOrderElementsOf(begun.stream().map(Batch::id).toList());
      first.close();
      second.close();
    }
  }

  @Test
  void aBatchGoesOnWhereAnInstanceIsKilled(PenstockNode node, @TempDir Path home) throws Exception {
    goesOnWhereAnInstanceIsKilled(node, "batch-killed.", home);

    assertThat(home.resolve("files")).isNotEmptyDirectory();
  }

  @Test
  void aBatchInS3GoesOnWhereAnInstanceIsKilled(PenstockNode node, @TempDir Path home)
      throws Exception {
    Path objects = Files.createDirectory(home.resolve("s3"));
    try (S3Server server = new S3Server(objects)) {
      server.create("bucket");

      goesOnWhereAnInstanceIsKilled(node, "batch-s3.", home, inS3(server.settings("bucket")));
    }
    assertThat(objects.resolve("bucket")).isNotEmptyDirectory();
    assertThat(home.resolve("files")).doesNotExist();
  }

  private static String[] inS3(S3Settings s3) {
    return Stream.of(
            "store=s3",
            "s3.bucket=" + s3.bucket().orElseThrow(),
            "s3.region=" + s3.region(),
            "s3.endpoint=" + s3.endpoint().orElseThrow(),
            "s3.pathStyle=" + s3.pathStyle(),
            "s3.accessKeyId=" + s3.accessKeyId().orElseThrow(),
            "s3.secretAccessKey=" + s3.secretAccessKey().orElseThrow())
        .flatMap(setting -> Stream.of("--set", "http.files." + setting))
        .toArray(String[]::new);
  }

  private static void goesOnWhereAnInstanceIsKilled(
      PenstockNode node, String prefix, Path home, String... arguments) throws Exception {
    try (FrontCluster cluster = new FrontCluster(node, prefix, 4);
        PenstockProcess one = cluster.process(home.resolve("one"), arguments);
        PenstockProcess two = cluster.process(home.resolve("two"), arguments)) {
      cluster.backend().on("m", BatchIT::answerSlowly);
      OpenAIClient first = client(one.awaitReady().path("http").asText());
      OpenAIClient second = client(two.awaitReady().path("http").asText());
      List<Batch> begun = createFour(first);
      await().atMost(PATIENCE).until(() -> completed(first, begun.getFirst()) > 20);

      one.kill();

      assertAllComplete(second, begun);
      first.close();
      second.close();
    }
  }

  private static void answer(ScriptedBackend.Call call) {
    if (number(call) % 10 == 0) {
      call.fail(400, "bad", "n");
    } else {
      call.succeed(body(call));
    }
  }

  private static void answerSlowly(ScriptedBackend.Call call) {
    call.pause(Duration.ofMillis(500));
    answer(call);
  }

  private static int number(ScriptedBackend.Call call) {
    String id = call.request().getId();
    return Integer.parseInt(id.substring(id.lastIndexOf('.') + 1));
  }

  private static String body(ScriptedBackend.Call call) {
    return UTF_8.decode(call.request().getBody().duplicate()).toString();
  }

  private static OpenAIClient client(HttpFront front) {
    return client(front.url());
  }

  private static OpenAIClient client(String url) {
    return OpenAIOkHttpClient.builder().baseUrl(url + "/v1").apiKey("unused").build();
  }

  private static String upload(OpenAIClient client) {
    StringBuilder lines = new StringBuilder();
    for (int number = 1; number <= REQUESTS; number++) {
      lines.append(
          "{\"custom_id\":\"line-%d\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"m\", \"n\":%d}}\r\n"
              .formatted(number, number));
    }
    return client
        .files()
        .create(
            FileCreateParams.builder()
                .purpose(FilePurpose.BATCH)
                .file(
                    MultipartField.<InputStream>builder()
                        .value(new ByteArrayInputStream(lines.toString().getBytes(UTF_8)))
                        .filename("requests.jsonl")
                        .build())
                .build())
        .id();
  }

  private static Batch create(OpenAIClient client, String file) {
    return client
        .batches()
        .create(
            BatchCreateParams.builder()
                .inputFileId(file)
                .endpoint(BatchCreateParams.Endpoint.V1_CHAT_COMPLETIONS)
                .completionWindow(BatchCreateParams.CompletionWindow._24H)
                .build());
  }

  private static List<Batch> createFour(OpenAIClient client) {
    List<Batch> created = new ArrayList<>();
    for (int each = 0; each < 4; each++) {
      created.add(create(client, upload(client)));
    }
    return created;
  }

  private static long completed(OpenAIClient client, Batch batch) {
    return client.batches().retrieve(batch.id()).requestCounts().orElseThrow().completed();
  }

  private static Batch awaitEnd(OpenAIClient client, Batch begun) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              Batch batch;
              try {
                batch = client.batches().retrieve(begun.id());
              } catch (OpenAIServiceException takenOverJustNow) {
                return false;
              }
              return batch.completedAt().isPresent()
                  || batch.cancelledAt().isPresent()
                  || batch.failedAt().isPresent();
            });
    return client.batches().retrieve(begun.id());
  }

  private static void assertAllComplete(OpenAIClient client, List<Batch> begun) throws IOException {
    for (Batch each : begun) {
      Batch batch = awaitEnd(client, each);
      assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
      assertEachOnce(client, batch, REQUESTS * 9 / 10);
    }
  }

  /** Every request has one line, its own body where it succeeded, and the counts say the same. */
  private static void assertEachOnce(OpenAIClient client, Batch batch, int succeeded)
      throws IOException {
    List<JsonNode> output = lines(client, batch.outputFileId().orElseThrow());
    List<JsonNode> errors = lines(client, batch.errorFileId().orElseThrow());
    TreeSet<String> ids = new TreeSet<>();
    output.forEach(line -> ids.add(line.path("custom_id").asText()));
    errors.forEach(line -> ids.add(line.path("custom_id").asText()));
    assertThat(ids).hasSize(REQUESTS);
    assertThat(output).hasSize(succeeded);
    assertThat(output.size() + errors.size()).isEqualTo(REQUESTS);
    for (JsonNode line : output) {
      assertThat("line-" + line.at("/response/body/n").asInt())
          .isEqualTo(line.path("custom_id").asText());
    }
    var counts = batch.requestCounts().orElseThrow();
    assertThat(counts.total()).isEqualTo(REQUESTS);
    assertThat(counts.completed()).isEqualTo(output.size());
    assertThat(counts.failed()).isEqualTo(errors.size());
    assertThat(batch.usage().orElseThrow().totalTokens()).isEqualTo(7L * output.size());
  }

  private static List<JsonNode> lines(OpenAIClient client, String file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    try (var content = client.files().content(file)) {
      for (String line : new String(content.body().readAllBytes(), UTF_8).lines().toList()) {
        lines.add(FrontCalls.JSON.readTree(line));
      }
    }
    return lines;
  }
}
