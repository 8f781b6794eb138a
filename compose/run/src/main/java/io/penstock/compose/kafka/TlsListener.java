package io.penstock.compose.kafka;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.utils.Utils;

/**
 * Finds a listener of TLS that is called without. Kafka's client takes the alert with which such a
 * listener answers for a record of 336 MB, and makes room for it, which ends the process.
 */
public final class TlsListener {

  private static final short API_VERSIONS = 18;
  private static final int ALERT = 0x15;
  private static final int MAJOR_VERSION = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private TlsListener() {}

  /**
   * Returns the first of the servers that speaks TLS, if the settings say nothing of it. Whatever
   * does not answer is left to Kafka's client.
   *
   * @param settings those of the clients
   */
  public static Optional<String> unexpected(String bootstrapServers, Map<String, String> settings) {
    if (settings.getOrDefault("security.protocol", "PLAINTEXT").endsWith("SSL")) {
      return Optional.empty();
    }
    for (String server : bootstrapServers.split(",", -1)) {
      String host = Utils.getHost(server.strip());
      Integer port = Utils.getPort(server.strip());
      if (host != null && port != null && answersWithAlert(host, port)) {
        return Optional.of(server.strip());
      }
    }
    return Optional.empty();
  }

  private static boolean answersWithAlert(String host, int port) {
    int millis = (int) PATIENCE.toMillis();
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), millis);
      socket.setSoTimeout(millis);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.write(request());
      out.flush();
      InputStream in = socket.getInputStream();
      return in.read() == ALERT && in.read() == MAJOR_VERSION;
    } catch (IOException notReached) {
      return false;
    }
  }

  /** What every client of Kafka asks first: its length, what, in which version, and as whom. */
  private static byte[] request() {
    return new byte[] {0, 0, 0, 10, 0, API_VERSIONS, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff};
  }
}
