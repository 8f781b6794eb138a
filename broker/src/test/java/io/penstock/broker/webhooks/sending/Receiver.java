package io.penstock.broker.webhooks.sending;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ServerSocketFactory;

/**
 * A receiver of webhooks on loopback that answers byte for byte as a test wants. It reads one
 * request a connection unless the answer keeps the connection open.
 */
public final class Receiver implements AutoCloseable {

  /**
   * What came.
   *
   * @param head the request line
   * @param headers by names in lower case
   */
  public record Request(String head, Map<String, String> headers, String body) {}

  /** Answers a request, in whatever way. */
  public interface Behaviour {
    void answer(Request request, OutputStream out) throws IOException, InterruptedException;
  }

  private final ServerSocket server;
  private final String scheme;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  public Receiver(Behaviour behaviour) throws IOException {
    this("http", ServerSocketFactory.getDefault(), behaviour);
  }

  Receiver(String scheme, ServerSocketFactory factory, Behaviour behaviour) throws IOException {
    this.scheme = scheme;
    this.server = factory.createServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(() -> accept(behaviour));
  }

  /** Answers with this head, and no body. */
  public static Behaviour answering(String status, String... headers) {
    return (_, out) ->
        out.write(
            "HTTP/1.1 %s\r\n%scontent-length: 0\r\n\r\n"
                .formatted(status, String.join("", headers))
                .getBytes(StandardCharsets.US_ASCII));
  }

  public URI url(String path) {
    return URI.create("%s://127.0.0.1:%d%s".formatted(scheme, server.getLocalPort(), path));
  }

  public int port() {
    return server.getLocalPort();
  }

  public List<Request> requests() {
    return requests;
  }

  private void accept(Behaviour behaviour) {
    while (true) {
      try {
        Socket socket = server.accept();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket, behaviour));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket, Behaviour behaviour) {
    try (socket) {
      InputStream in = socket.getInputStream();
      while (true) {
        Request request = read(in);
        requests.add(request);
        behaviour.answer(request, socket.getOutputStream());
        socket.getOutputStream().flush();
      }
    } catch (IOException hungUp) {
      // The sender has closed the connection, or this test has.
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private static Request read(InputStream in) throws IOException {
    String head = line(in);
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new Request(head, headers, new String(in.readNBytes(length), StandardCharsets.UTF_8));
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("the connection has ended");
      }
      if (next != '\r') {
        line.write(next);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket each : sockets) {
      each.close();
    }
  }
}
