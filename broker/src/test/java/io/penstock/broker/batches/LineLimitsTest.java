package io.penstock.broker.batches;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.broker.blobs.MemoryStore;
import io.penstock.broker.settings.KeySettings;
import io.penstock.broker.tenants.ApiKey;
import io.penstock.broker.tenants.KeyLimits;
import io.penstock.broker.tenants.KeySecret;
import io.penstock.broker.tenants.Role;
import io.penstock.schemas.ServiceClass;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the key that makes a batch may use holds for the batch's lines and for calls. */
class LineLimitsTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private OneInstance instance;
  private HttpClient http;
  private String secret = "";

  @BeforeEach
  void start() {
    instance =
        new OneInstance(new MemoryStore(), new KeySettings(true, Optional.of("s".repeat(32))));
    http = HttpClient.newHttpClient();
  }

  @AfterEach
  void stop() {
    http.close();
    instance.close();
  }

  @Test
  void linesWaitInTheirFileWhileTheKeyHasNoRoomAndGoOnWhenSomeEnded() throws Exception {
    // Each line may take some 1,000 tokens; a quarter of the limit is left to other calls.
    key(new KeyLimits(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(4_200)));
    String batch = batch(6);

    await(() -> instance.held() == 3);
    assertThat(get("/v1/batches/" + batch).path("request_counts").path("total").asInt())
        .isEqualTo(6);
    assertThat(instance.held()).isEqualTo(3);
    instance.release();
    await(() -> instance.held() == 3);
    instance.release();

    await(() -> status(batch).equals("completed"));
    assertThat(get("/v1/batches/" + batch).path("request_counts").path("completed").asInt())
        .isEqualTo(6);
  }

  @Test
  void aLineThatIsLargerThanTheLimitRunsAlone() throws Exception {
    key(new KeyLimits(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(10)));
    String batch = batch(2);

    await(() -> instance.held() == 1);
    instance.release();
    await(() -> instance.held() == 1);
    instance.release();

    await(() -> status(batch).equals("completed"));
  }

  @Test
  void callsForFilesAndBatchesCountAsRequests() throws Exception {
    key(new KeyLimits(OptionalLong.of(3), OptionalLong.empty(), OptionalLong.empty()));
    for (int each = 0; each < 3; each++) {
      assertThat(send(request(each % 2 == 0 ? "/v1/batches" : "/v1/files")).statusCode())
          .isEqualTo(200);
    }
    HttpResponse<String> refused = send(request("/v1/batches/batch_x"));
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("retry-after")).isPresent();
  }

  private void key(KeyLimits limits) {
    secret = KeySecret.next(new SecureRandom());
    instance
        .keys()
        .replace(
            List.of(
                new ApiKey(
                    "key_1",
                    "test",
                    Role.TENANT,
                    KeySecret.hash(secret),
                    "acme",
                    ServiceClass.INTERACTIVE,
                    limits,
                    Instant.EPOCH,
                    Optional.empty())));
  }

  private String batch(int lines) throws Exception {
    StringBuilder file = new StringBuilder();
    for (int line = 1; line <= lines; line++) {
      file.append(
          "{\"custom_id\":\"%d\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"m\",\"user\":\"hold\"}}\n"
              .formatted(line));
    }
    String form =
        "--x\r\n"
            + "Content-Disposition: form-data; name=\"purpose\"\r\n\r\n"
            + "batch\r\n"
            + "--x\r\n"
            + "Content-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
            + file
            + "\r\n--x--\r\n";
    JsonNode made =
        JSON.readTree(
            send(request("/v1/files")
                    .header("content-type", "multipart/form-data; boundary=x")
                    .POST(HttpRequest.BodyPublishers.ofString(form)))
                .body());
    String body =
        "{\"input_file_id\":\"%s\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}"
            .formatted(made.path("id").asText());
    return JSON.readTree(
            send(request("/v1/batches")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body.getBytes(UTF_8))))
                .body())
        .path("id")
        .asText();
  }

  private String status(String batch) {
    try {
      return get("/v1/batches/" + batch).path("status").asText();
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  private JsonNode get(String path) throws Exception {
    return JSON.readTree(send(request(path)).body());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(instance.url() + path))
        .header("authorization", "Bearer " + secret);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static void await(BooleanSupplier condition) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(until);
      Thread.onSpinWait();
    }
  }
}
