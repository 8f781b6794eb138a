package io.penstock.compose.bench.faults.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.compose.kafka.LoopbackPorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RelayTest {

  private static final int PATIENCE_MILLIS = 10_000;
  private static final int SHORT_MILLIS = 100;

  private final int entry = LoopbackPorts.free(1).getFirst();
  private ServerSocket server;
  private Relay relay;

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    server.setSoTimeout(PATIENCE_MILLIS);
    relay = new Relay(entry, server.getLocalPort());
  }

  @AfterEach
  void stop() throws IOException {
    relay.close();
    server.close();
  }

  private Socket client() throws IOException {
    Socket client = new Socket();
    client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), entry));
    client.setSoTimeout(PATIENCE_MILLIS);
    return client;
  }

  private Socket accepted() throws IOException {
    Socket accepted = server.accept();
    accepted.setSoTimeout(PATIENCE_MILLIS);
    return accepted;
  }

  private static void send(Socket from, int value) throws IOException {
    from.getOutputStream().write(value);
    from.getOutputStream().flush();
  }

  @Test
  void whatIsSentWhileItIsCutComesOnceItIsMendedInBothDirections() throws IOException {
    try (Socket client = client();
        Socket behind = accepted()) {
      send(client, 1);
      assertThat(behind.getInputStream().read()).isEqualTo(1);
      relay.cut();
      send(client, 2);
      send(behind, 3);
      behind.setSoTimeout(SHORT_MILLIS);
      client.setSoTimeout(SHORT_MILLIS);
      assertThatThrownBy(() -> behind.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      relay.mend();
      behind.setSoTimeout(PATIENCE_MILLIS);
      client.setSoTimeout(PATIENCE_MILLIS);
      assertThat(behind.getInputStream().read()).isEqualTo(2);
      assertThat(client.getInputStream().read()).isEqualTo(3);
    }
  }

  @Test
  void nobodyGetsThroughWhileItIsCut() throws IOException {
    relay.cut();
    server.setSoTimeout(SHORT_MILLIS);
    try (Socket client = client()) {
      send(client, 1);
      assertThatThrownBy(() -> server.accept()).isInstanceOf(SocketTimeoutException.class);
      relay.mend();
      server.setSoTimeout(PATIENCE_MILLIS);
      try (Socket behind = accepted()) {
        assertThat(behind.getInputStream().read()).isEqualTo(1);
      }
    }
  }

  @Test
  void theEndOfOneSideIsTheEndOfTheOther() throws IOException {
    try (Socket client = client();
        Socket behind = accepted()) {
      client.shutdownOutput();
      assertThat(behind.getInputStream().read()).isEqualTo(-1);
    }
  }
}
