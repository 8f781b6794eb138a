package io.penstock.compose.bench.faults.fleet;

import io.penstock.compose.kafka.LoopbackPorts;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Passes TCP connections on to a port, and can be cut, as a network can: then nothing passes in
 * either direction and nobody is told. What was under way passes once it is mended, as TCP sends it
 * again. This class is thread-safe.
 */
final class Relay implements AutoCloseable {

  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int BACKLOG = 128;

  private final ServerSocket server;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition mended = lock.newCondition();
  private boolean cut;
  private boolean closed;

  /**
   * Listens at once.
   *
   * @param port to listen at
   * @param target the port to pass connections on to
   */
  Relay(int port, int target) throws IOException {
    this.target = target;
    this.server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(new InetSocketAddress(InetAddress.ofLiteral(LoopbackPorts.HOST), port), BACKLOG);
    var _ = Thread.ofVirtual().start(this::accept);
  }

  void cut() {
    set(true);
  }

  void mend() {
    set(false);
  }

  private void set(boolean now) {
    lock.lock();
    try {
      cut = now;
      mended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns when it passes; false if it is closed. */
  private boolean passes() throws InterruptedException {
    lock.lock();
    try {
      while (cut && !closed) {
        mended.await();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        open.add(client);
        var _ = Thread.ofVirtual().start(() -> connect(client));
      }
    } catch (IOException e) {
      // It was closed.
    }
  }

  private void connect(Socket client) {
    Socket broker = new Socket();
    open.add(broker);
    try {
      if (!passes()) {
        return;
      }
      client.setTcpNoDelay(true);
      broker.setTcpNoDelay(true);
      broker.connect(new InetSocketAddress(InetAddress.ofLiteral(LoopbackPorts.HOST), target));
      Thread back = Thread.ofVirtual().start(() -> pump(broker, client));
      pump(client, broker);
      back.join();
    } catch (IOException e) {
      // There is no broker; the client sees that its connection ends.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      end(client);
      end(broker);
    }
  }

  private void pump(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (!passes()) {
          return;
        }
        out.write(buffer, 0, read);
      }
      // Neither learns of the other's end while it is cut.
      boolean _ = passes();
    } catch (IOException e) {
      // One end is gone; the other follows.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      end(from);
      end(to);
    }
  }

  private void end(Socket socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed all the same.
    }
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closed = true;
      mended.signalAll();
    } finally {
      lock.unlock();
    }
    server.close();
    open.forEach(this::end);
  }
}
