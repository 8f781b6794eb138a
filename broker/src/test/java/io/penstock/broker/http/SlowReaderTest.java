package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.broker.connections.AnswerBudget;
import io.penstock.broker.metrics.FrontMetrics;
import io.penstock.broker.settings.ConnectionSettings;
import io.penstock.broker.settings.HttpSettings;
import io.penstock.broker.tenants.ApiKeys;
import io.penstock.broker.tenants.KeyUses;
import io.penstock.broker.webhooks.endpoints.EndpointDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that ask for much and read it slowly, over plain sockets. */
@Timeout(60)
class SlowReaderTest {

  /** More than a megabyte. */
  private static final String LARGE = "/docs/swagger-ui-bundle.js";

  /** Together they are more than the sockets of both sides keep. */
  private static final int CALLS = 40;

  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3})");

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  /** A client must take 50 kB/s while something waits for it. */
  private FrontServer start(AnswerBudget budget, Duration window) {
    HttpSettings usual = HttpSettings.DEFAULT.withPort(0);
    ConnectionSettings connections = usual.connections();
    HttpSettings settings =
        usual.withConnections(
            new ConnectionSettings(
                connections.maxHeaderBytes(),
                connections.idle(),
                connections.keepAlive(),
                connections.maxStreamBytes(),
                connections.requestGrace(),
                connections.leastBytesPerSecond(),
                window,
                50_000));
    ApiKeys keys = new ApiKeys();
    return FrontServer.start(
        settings,
        1 << 20,
        List.of(
            new FrontMetrics(registry),
            settings.keys(),
            new KeyUses(() -> keys, (_, _) -> {}),
            new AlwaysReady(),
            budget,
            new EndpointDirectory(),
            Clock.systemUTC()));
  }

  @Test
  void whoReadsNothingIsCutOffAndItsMemoryIsFree() throws Exception {
    AnswerBudget budget = new AnswerBudget(256 << 20);
    try (FrontServer server = start(budget, Duration.ofMillis(500));
        Socket socket = connect(server)) {
      ask(socket, CALLS);
      until(() -> budget.taken() > 0);
      until(() -> budget.taken() == 0);
      assertThat(statuses(readAll(socket))).hasSizeLessThan(CALLS);
    }
  }

  @Test
  void whoReadsGetsAllAndNothingStaysTaken() throws Exception {
    AnswerBudget budget = new AnswerBudget(256 << 20);
    try (FrontServer server = start(budget, Duration.ofMillis(500));
        Socket socket = connect(server)) {
      ask(socket, CALLS);
      assertThat(statuses(readAll(socket))).hasSize(CALLS).containsOnly("200");
      until(() -> budget.taken() == 0);
    }
  }

  @Test
  void answersBeyondWhatMayBeUnreadAreRefusedUntilTheOthersAreRead() throws Exception {
    AnswerBudget budget = new AnswerBudget(4 << 20);
    try (FrontServer server = start(budget, Duration.ofMinutes(1))) {
      try (Socket socket = connect(server)) {
        ask(socket, CALLS);
        until(() -> refused() > 0);
        String all = readAll(socket);
        assertThat(all).contains("too_many_unread_answers");
        assertThat(statuses(all)).hasSize(CALLS).contains("200", "429");
      }
      until(() -> budget.taken() == 0);
      try (Socket socket = connect(server)) {
        ask(socket, 1);
        assertThat(statuses(readAll(socket))).containsExactly("200");
      }
    }
  }

  private double refused() {
    return registry.counter("penstock.front.refused", "code", "too_many_unread_answers").count();
  }

  private static void until(BooleanSupplier reached) throws InterruptedException {
    while (!reached.getAsBoolean()) {
      Thread.sleep(1);
    }
  }

  private static Socket connect(FrontServer server) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(64 * 1024);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    return socket;
  }

  /** Asks many times at once; the last call ends the connection. */
  private static void ask(Socket socket, int calls) throws IOException {
    StringBuilder all = new StringBuilder();
    for (int call = 1; call <= calls; call++) {
      all.append("GET %s HTTP/1.1\r\nhost: a\r\n".formatted(LARGE))
          .append(call == calls ? "connection: close\r\n\r\n" : "\r\n");
    }
    socket.getOutputStream().write(all.toString().getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  private static String readAll(Socket socket) throws IOException {
    StringBuilder all = new StringBuilder();
    byte[] some = new byte[256 * 1024];
    try (InputStream in = socket.getInputStream()) {
      for (int read = in.read(some); read >= 0; read = in.read(some)) {
        all.append(new String(some, 0, read, StandardCharsets.ISO_8859_1));
      }
    } catch (SocketException cutOff) {
      // What came before counts.
    }
    return all.toString();
  }

  private static List<String> statuses(String answers) {
    return STATUS.matcher(answers).results().map(each -> each.group(1)).toList();
  }
}
