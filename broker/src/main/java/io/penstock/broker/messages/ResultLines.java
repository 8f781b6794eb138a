package io.penstock.broker.messages;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Turns lines of files into lines of results, one at a time. For use by one thread. */
final class ResultLines extends InputStream {

  private static final int CHUNK = 64 * 1024;

  private final InputStream in;
  private byte[] line = new byte[0];
  private int at;

  /**
   * @param in lines of output and error files; closed with this
   */
  ResultLines(InputStream in) {
    this.in = new BufferedInputStream(in, CHUNK);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (at == line.length && !next()) {
      return -1;
    }
    int some = Math.min(length, line.length - at);
    System.arraycopy(line, at, into, from, some);
    at += some;
    return some;
  }

  private boolean next() throws IOException {
    ByteArrayOutputStream raw = new ByteArrayOutputStream();
    for (int each = in.read(); each >= 0 && each != '\n'; each = in.read()) {
      raw.write(each);
    }
    if (raw.size() == 0) {
      return false;
    }
    line = MessageResult.of(raw.toByteArray());
    at = 0;
    return true;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
