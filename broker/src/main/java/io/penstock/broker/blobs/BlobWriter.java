package io.penstock.broker.blobs;

import java.io.IOException;
import java.io.OutputStream;

/** Writes one blob. Closed without a commit, it leaves nothing behind. For use by one thread. */
public abstract class BlobWriter extends OutputStream {

  /**
   * Makes what was written the blob, for good: it survives a crash from here on.
   *
   * @throws StoreUnavailableException if the store did not answer; the blob may appear later, so
   *     its name is not used again
   * @throws IOException if the store could not keep it; then there is no blob
   */
  public abstract void commit() throws IOException;

  @Override
  public abstract void write(byte[] bytes, int from, int length) throws IOException;

  @Override
  public void write(int single) throws IOException {
    write(new byte[] {(byte) single}, 0, 1);
  }

  /** Discards what was written unless it was committed. */
  @Override
  public abstract void close() throws IOException;
}
