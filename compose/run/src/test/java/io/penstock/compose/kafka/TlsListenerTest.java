package io.penstock.compose.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TlsListenerTest {

  private static final byte[] ALERT = {0x15, 3, 3, 0, 2, 2, 70};
  private static final byte[] KAFKA = {0, 0, 0, 6, 0, 0, 0, 0, 0, 0};

  @Test
  void aListenerThatAnswersWithAnAlertSpeaksTls() throws Exception {
    try (Listener plain = new Listener(KAFKA);
        Listener tls = new Listener(ALERT)) {
      assertThat(TlsListener.unexpected(plain.address() + ", " + tls.address(), Map.of()))
          .hasValue(tls.address());
      assertThat(
              TlsListener.unexpected(tls.address(), Map.of("security.protocol", "SASL_PLAINTEXT")))
          .hasValue(tls.address());
    }
  }

  @Test
  void whoeverSpeaksTlsMayCallOne() throws Exception {
    try (Listener tls = new Listener(ALERT)) {
      assertThat(TlsListener.unexpected(tls.address(), Map.of("security.protocol", "SASL_SSL")))
          .isEmpty();
    }
  }

  @Test
  void whatIsNotThereOrSaysNothingIsLeftToTheClient() throws Exception {
    Listener gone = new Listener(ALERT);
    gone.close();
    try (Listener silent = new Listener(new byte[0])) {
      assertThat(TlsListener.unexpected(gone.address() + "," + silent.address(), Map.of()))
          .isEmpty();
      assertThat(TlsListener.unexpected("no port", Map.of())).isEmpty();
    }
  }

  /** Says the same to each caller, and hangs up. */
  private static final class Listener implements AutoCloseable {

    private final ServerSocket server;

    Listener(byte[] answer) throws IOException {
      server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
      Thread.ofVirtual().start(() -> serve(answer));
    }

    String address() {
      return "127.0.0.1:" + server.getLocalPort();
    }

    private void serve(byte[] answer) {
      while (!server.isClosed()) {
        try (Socket caller = server.accept()) {
          assertThat(caller.getInputStream().readNBytes(14)).hasSize(14);
          caller.getOutputStream().write(answer);
        } catch (SocketException closed) {
          return;
        } catch (IOException failed) {
          throw new UncheckedIOException(failed);
        }
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }
}
