package io.penstock.broker.http;

import io.penstock.broker.errors.CallerGoneException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body as it comes in. That its caller hangs up is told from a failure of what takes it. */
public final class CallerBody extends FilterInputStream {

  public CallerBody(InputStream body) {
    super(body);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    try {
      return in.read(into, from, length);
    } catch (IOException cutOff) {
      throw new CallerGoneException(cutOff);
    }
  }
}
