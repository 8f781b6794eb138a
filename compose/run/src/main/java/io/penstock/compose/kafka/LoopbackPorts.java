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
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Finds ports for servers that must know theirs before they bind it, which may be seconds later.
 * They are from below the range out of which systems give ports to clients: otherwise a client may
 * be given the very port in between, or even connect to itself. Another process may still take a
 * port meanwhile; the server then fails to start. This class is thread-safe.
 */
public final class LoopbackPorts {

  /** The IPv4 loopback address, the only one Penstock binds by default. */
  public static final String HOST = "127.0.0.1";

  private static final int FROM = 20_000;

  /** Where Linux begins to give ports to clients. */
  private static final int TO = 32_768;

  private static final int MOST_TAKEN = 500;

  /** Goes on from call to call, so that no port is given twice before its server has bound it. */
  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(TO - FROM));

  private LoopbackPorts() {}

  /**
   * Free ports, all different.
   *
   * @throws UncheckedIOException if too few are free
   */
  public static List<Integer> free(int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int tried = 0; held.size() < count; tried++) {
        if (tried == count + MOST_TAKEN) {
          throw new BindException("more than %d are taken".formatted(MOST_TAKEN));
        }
        try {
          held.add(bind(FROM + NEXT.getAndUpdate(each -> (each + 1) % (TO - FROM))));
        } catch (BindException _) {
          // Taken; the next may be free.
        }
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
