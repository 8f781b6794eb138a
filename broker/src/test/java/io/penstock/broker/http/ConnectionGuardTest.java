package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.broker.connections.AnswerBudget;
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
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that send slowly or much, over plain sockets. */
@Timeout(60)
class ConnectionGuardTest {

  private static final String PATH = "/v1/chat/completions";
  private static final int LARGE = 900 * 1024;

  private final FrontServer server = start(Duration.ofMillis(500));

  /** A server that wants 100 kB/s once the grace is over; bodies may take 1 MiB together. */
  private static FrontServer start(Duration grace) {
    HttpSettings usual = HttpSettings.DEFAULT.withPort(0);
    ConnectionSettings connections = usual.connections();
    HttpSettings settings =
        usual
            .withConnections(
                new ConnectionSettings(
                    connections.maxHeaderBytes(),
                    connections.idle(),
                    connections.keepAlive(),
                    connections.maxStreamBytes(),
                    grace,
                    100_000,
                    connections.answerWindow(),
                    connections.leastAnswerBytesPerSecond()))
            .withMemory(new MemorySettings(100, 100, 1 << 20, 1 << 20));
    ApiKeys keys = new ApiKeys();
    return FrontServer.start(
        settings,
        1 << 20,
        List.of(
            new FrontMetrics(new SimpleMeterRegistry()),
            settings.keys(),
            new KeyUses(() -> keys, (_, _) -> {}),
            new AlwaysReady(),
            new AnswerBudget(1 << 20),
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
    // The server does not cut the first one off, however slow this machine is.
    try (FrontServer patient = start(Duration.ofMinutes(1))) {
      try (Socket first = connect(patient)) {
        send(first, post(LARGE) + "x");
        // The two connections are served by different threads: the first may come second.
        assertThat(firstAnswer(patient, answer -> answer.contains(" 503 "))).contains("try again");
      }
      // Its memory is free again. Nobody serves chat completions in this test, hence the 500.
      assertThat(firstAnswer(patient, answer -> answer.contains(" 500 "))).isNotEmpty();
    }
  }

  /** Sends whole bodies, one after the other, until an answer is as wanted. */
  private static String firstAnswer(FrontServer server, Predicate<String> wanted)
      throws IOException {
    while (true) {
      try (Socket socket = connect(server)) {
        send(socket, post(LARGE) + "x".repeat(LARGE));
        String answer = answer(socket);
        if (wanted.test(answer)) {
          return answer;
        }
      }
    }
  }

  private static String post(int length) {
    return "POST %s HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        .formatted(PATH, length);
  }

  private Socket connect() throws IOException {
    return connect(server);
  }

  private static Socket connect(FrontServer server) throws IOException {
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
