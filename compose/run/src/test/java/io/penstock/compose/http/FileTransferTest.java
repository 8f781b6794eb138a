package io.penstock.compose.http;

import static io.penstock.compose.http.ScriptedFront.error;
import static io.penstock.compose.http.ScriptedFront.reply;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FileTransferTest {

  private static final String CONTENT = "GET /v1/files/file-1/content";
  private static final byte[] BYTES = bytes(300_000);

  @TempDir Path folder;
  private ScriptedFront front;
  private FrontClient client;

  @BeforeEach
  void start() throws IOException {
    front = new ScriptedFront();
    client =
        new FrontClient(
            FrontAddress.parse(front.url()),
            Optional.empty(),
            "",
            new RetryPlan(Duration.ofMillis(1), Duration.ofMillis(4), Duration.ofSeconds(2)));
  }

  @AfterEach
  void stop() {
    client.close();
    front.close();
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  private FileDownload download() {
    return new FileDownload(client, file());
  }

  private static ObjectNode file() {
    return JsonNodeFactory.instance.objectNode().put("id", "file-1").put("bytes", BYTES.length);
  }

  /** Sends the range that is asked for, but breaks off behind so many bytes. */
  private static void range(HttpExchange exchange, ScriptedFront.Seen seen, int most)
      throws IOException {
    int from = Integer.parseInt(seen.header("range").replaceAll("\\D", ""));
    int length = BYTES.length - from;
    exchange
        .getResponseHeaders()
        .set("content-range", "bytes %d-%d/%d".formatted(from, BYTES.length - 1, BYTES.length));
    exchange.sendResponseHeaders(206, length);
    exchange.getResponseBody().write(BYTES, from, Math.min(length, most));
    exchange.getResponseBody().flush();
  }

  @Test
  void aDownloadThatBreaksOffAgainAndAgainIsWholeInTheEnd() throws Exception {
    front.on(CONTENT, (exchange, seen, _) -> range(exchange, seen, 90_000));
    Path target = folder.resolve("out.jsonl");

    download().to(target, _ -> {});

    assertThat(target).hasBinaryContent(BYTES);
    assertThat(front.seen()).hasSizeGreaterThan(3);
    assertThat(folder.toFile().list()).containsExactly("out.jsonl");
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aDownloadThatFallsSilentIsTakenUpAgain() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    front.on(
        CONTENT,
        (exchange, seen, times) -> {
          range(exchange, seen, times == 1 ? 90_000 : BYTES.length);
          if (times == 1) {
            await(over);
          }
        });
    Path target = folder.resolve("out.jsonl");
    try {
      new FileDownload(client, file(), Duration.ofMillis(500)).to(target, _ -> {});
    } finally {
      over.countDown();
    }

    assertThat(target).hasBinaryContent(BYTES);
    assertThat(front.seen().getLast().header("range")).isEqualTo("bytes=90000-");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aLaterDownloadGoesOnWithWhatAnEarlierOneLeft() throws Exception {
    front.on(CONTENT, (exchange, seen, _) -> range(exchange, seen, BYTES.length));
    Path target = folder.resolve("out.jsonl");
    Files.write(download().part(target), Arrays.copyOf(BYTES, 123));

    download().to(target, _ -> {});

    assertThat(target).hasBinaryContent(BYTES);
    assertThat(front.seen().getFirst().header("range")).isEqualTo("bytes=123-");
  }

  @Test
  void aServerThatIgnoresRangesCostsTimeAndNoByte() throws Exception {
    front.on(
        CONTENT,
        (exchange, _, times) -> {
          exchange.sendResponseHeaders(200, BYTES.length);
          exchange.getResponseBody().write(BYTES, 0, times == 1 ? 100_000 : BYTES.length);
          exchange.getResponseBody().flush();
        });
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    download().to(out);

    assertThat(out.toByteArray()).isEqualTo(BYTES);
  }

  @Test
  void aDownloadThatFailsLeavesTheOldFileAlone() throws Exception {
    front.on(CONTENT, 404, error("not_found", "No file found."));
    Path target = Files.writeString(folder.resolve("out.jsonl"), "old");

    assertThatThrownBy(() -> download().to(target, _ -> {}))
        .isInstanceOf(FrontException.Refused.class)
        .hasMessage("No file found.");

    assertThat(target).hasContent("old");
  }

  @Test
  void aFrontThatStaysAwayIsGivenUp() {
    front.on(CONTENT, 503, error("unavailable", "Soon."));
    assertThatThrownBy(() -> download().to(folder.resolve("out"), _ -> {}))
        .isInstanceOf(FrontException.Unreachable.class);
  }

  @Test
  void anUploadIsAFormWithTheFileByteForByte() throws Exception {
    front.on("POST /v1/files", (exchange, _, _) -> reply(exchange, 200, "{\"id\":\"file-1\"}"));
    Path file = Files.write(folder.resolve("a\"b.jsonl"), BYTES);

    client.object(FileForm.upload(file, Map.of("purpose", "batch")));

    ScriptedFront.Seen seen = front.seen().getFirst();
    String boundary = seen.header("content-type").replaceFirst(".*boundary=", "");
    String head =
        "--%s\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
                .formatted(boundary)
            + "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%%22b.jsonl\"\r\n"
                .formatted(boundary)
            + "Content-Type: application/octet-stream\r\n\r\n";
    int begin = head.getBytes(UTF_8).length;
    assertThat(new String(seen.body(), 0, begin, UTF_8)).isEqualTo(head);
    assertThat(Arrays.copyOfRange(seen.body(), begin, begin + BYTES.length)).isEqualTo(BYTES);
    assertThat(
            new String(
                seen.body(),
                begin + BYTES.length,
                seen.body().length - begin - BYTES.length,
                UTF_8))
        .isEqualTo("\r\n--%s--\r\n".formatted(boundary));
    assertThat(seen.header("content-length")).isEqualTo(Integer.toString(seen.body().length));
  }
}
