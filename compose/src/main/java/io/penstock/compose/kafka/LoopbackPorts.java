package io.penstock.compose.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds ports for servers that must know theirs before they bind it. Another process may take a
 * port between the answer here and the server's own bind; that server then fails to start.
 */
public final class LoopbackPorts {

  /** The IPv4 loopback address, the only one Penstock binds by default. */
  public static final String HOST = "127.0.0.1";

  private static final int LASTING_FROM = 20_000;

  /** Where Linux begins to give ports to clients. */
  private static final int LASTING_TO = 32_768;

  private static final int LASTING_SPAN = 500;

  private LoopbackPorts() {}

  /** Free ports, all different. */
  public static List<Integer> free(int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        held.add(bind(0));
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("no free port on " + HOST, e);
    } finally {
      held.forEach(LoopbackPorts::release);
    }
  }

  /**
   * Free ports, all different, for servers that go away and come back while clients keep trying:
   * from below the range out of which systems give ports to clients. Otherwise a client may be
   * given the very port in between, or even connect to itself.
   *
   * @throws UncheckedIOException if too few are free
   */
  public static List<Integer> lasting(int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      int first = ThreadLocalRandom.current().nextInt(LASTING_FROM, LASTING_TO - LASTING_SPAN);
      for (int port = first; port < first + LASTING_SPAN && held.size() < count; port++) {
        try {
          held.add(bind(port));
        } catch (BindException _) {
          // Taken; the next may be free.
        }
      }
      if (held.size() < count) {
        throw new BindException("%d ports from %d are taken".formatted(LASTING_SPAN, first));
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("no %d free ports on %s".formatted(count, HOST), e);
    } finally {
      held.forEach(LoopbackPorts::release);
    }
  }

  /**
   * The port asked for, or a free one for 0.
   *
   * @param flag the command line flag that chooses it, for the error
   * @throws PortInUseException if it is taken
   */
  public static int choose(int port, String flag) {
    if (port == 0) {
      return free(1).getFirst();
    }
    try {
      release(bind(port));
      return port;
    } catch (BindException e) {
      throw new PortInUseException(port, flag, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot bind port %d on %s".formatted(port, HOST), e);
    }
  }

  @SuppressWarnings("resource") // The caller releases it.
  private static ServerSocket bind(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral(HOST), port));
      return socket;
    } catch (IOException e) {
      release(socket);
      throw e;
    }
  }

  private static void release(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
