package io.penstock.compose.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.time.Duration;

/**
 * The body of an answer. Java watches over an answer until its body begins; here reading fails when
 * no byte comes for a while. For one reader.
 */
final class WatchedBody extends InputStream {

  private final InputStream body;
  private final Duration patience;
  private final Thread watch;
  private volatile long readingSince;
  private volatile boolean reading;
  private volatile boolean silent;

  /**
   * @param patience how long reading may wait for the next byte
   */
  WatchedBody(InputStream body, Duration patience) {
    this.body = body;
    this.patience = patience;
    this.watch = Thread.ofVirtual().name("penstock-download-watch").start(this::watch);
  }

  private void watch() {
    try {
      while (true) {
        // While nobody reads, because writing is slow, the front cannot be late.
        Duration left = reading ? patience.minusNanos(System.nanoTime() - readingSince) : patience;
        if (!left.isPositive()) {
          break;
        }
        Thread.sleep(left);
      }
      silent = true;
      body.close();
    } catch (InterruptedException | IOException closed) {
      // The reader is done, or learns of it from the body.
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    readingSince = System.nanoTime();
    reading = true;
    int count;
    try {
      count = body.read(buffer, offset, length);
    } catch (IOException failed) {
      if (!silent) {
        throw failed;
      }
      IOException silence = silence();
      silence.initCause(failed);
      throw silence;
    } finally {
      reading = false;
    }
    if (count < 0 && silent) {
      throw silence();
    }
    return count;
  }

  private IOException silence() {
    return new HttpTimeoutException("nothing came for %d s".formatted(patience.toSeconds()));
  }

  @Override
  public void close() throws IOException {
    watch.interrupt();
    body.close();
  }
}
