package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.broker.metrics.FrontMetrics;
import io.penstock.broker.settings.ConnectionSettings;
import io.penstock.broker.settings.HttpSettings;
import io.penstock.broker.settings.MemorySettings;
import io.penstock.broker.tenants.ApiKeys;
import io.penstock.broker.tenants.KeyUses;
import io.penstock.broker.webhooks.endpoints.EndpointDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that send slowly or much, over plain sockets. */
@Timeout(60)
class ConnectionGuardTest {

  private static final String PATH = "/v1/chat/completions";
  private static final int LARGE = 900 * 1024;

  private final FrontServer server = start(HttpSettings.DEFAULT.withPort(0));

  /** Half a second for nothing, then 100 kB/s; bodies may take 1 MiB together. */
  private static FrontServer start(HttpSettings usual) {
    ConnectionSettings connections = usual.connections();
    HttpSettings settings =
        usual
            .withConnections(
                new ConnectionSettings(
                    connections.maxHeaderBytes(),
                    connections.idle(),
                    connections.keepAlive(),
                    connections.maxStreamBytes(),
                    Duration.ofMillis(500),
                    100_000))
            .withMemory(new MemorySettings(100, 100, 1 << 20));
    ApiKeys keys = new ApiKeys();
    return FrontServer.start(
        settings,
        1 << 20,
        List.of(
            new FrontMetrics(new SimpleMeterRegistry()),
            settings.keys(),
            new KeyUses(() -> keys, (_, _) -> {}),
            new AlwaysReady(),
            new EndpointDirectory(),
            Clock.systemUTC()));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void whoDoesNotFinishItsHeadersIsCutOff() throws IOException {
    try (Socket socket = connect()) {
      send(socket, "GET /health/live HTTP/1.1\r\nhost: a\r\n");
      assertThat(readAll(socket)).isEmpty();
    }
  }

  @Test
  void whoTricklesABodyIsCutOff() throws IOException {
    try (Socket socket = connect()) {
      send(socket, post(LARGE));
      send(socket, "x".repeat(1000));
      assertThat(readAll(socket)).isEmpty();
    }
  }

  @Test
  void aConnectionMaySayNothingBetweenRequests() throws Exception {
    try (Socket socket = connect()) {
      send(socket, "GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n");
      assertThat(answer(socket)).contains("200");
      Thread.sleep(Duration.ofSeconds(1));
      send(socket, "GET /health/live HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
      assertThat(readAll(socket)).containsIgnoringCase("200 ok");
    }
  }

  @Test
  void bodiesThatTakeTooMuchTogetherAreRefusedUntilOneHasGone() throws IOException {
    try (Socket first = connect()) {
      send(first, post(LARGE));
      send(first, "x");
      assertThat(second()).contains("503").contains("try again");
    }
    Optional<String> later = Optional.empty();
    while (later.filter(answer -> !answer.contains(" 503 ")).isEmpty()) {
      later = Optional.of(second());
    }
    // It passed; that nobody serves chat completions in this test is another matter.
    assertThat(later.orElseThrow()).contains("500");
  }

  private String second() throws IOException {
    try (Socket second = connect()) {
      send(second, post(LARGE) + "x".repeat(LARGE));
      return answer(second);
    }
  }

  private static String post(int length) {
    return "POST %s HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        .formatted(PATH, length);
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.port());
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  private static String answer(Socket socket) throws IOException {
    byte[] some = new byte[2000];
    int read = socket.getInputStream().read(some);
    return read < 0 ? "" : new String(some, 0, read, StandardCharsets.UTF_8);
  }

  private static String readAll(Socket socket) throws IOException {
    try (InputStream in = socket.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
