package io.penstock.broker.files;

import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.blobs.NoSuchBlobException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Reads a range of a file across its pieces, one open at a time. */
public final class FileContent extends InputStream {

  private record Range(FileRecord.Piece piece, long from, long length) {}

  private final BlobStore blobs;
  private final Deque<Range> ranges = new ArrayDeque<>();
  private @Nullable InputStream open;

  /**
   * @param from the first byte, 0 or more
   * @param length the most bytes
   */
  public FileContent(BlobStore blobs, FileRecord file, long from, long length) {
    this.blobs = blobs;
    long skip = from;
    long left = length;
    for (FileRecord.Piece piece : file.pieces()) {
      long here = Math.min(piece.bytes() - skip, left);
      if (here > 0) {
        ranges.add(new Range(piece, skip, here));
        left -= here;
      }
      skip = Math.max(0, skip - piece.bytes());
    }
  }

  /**
   * Looks for what is read first, and opens nothing: what is opened must be closed, and a server
   * does not read on each answer. So a caller is told of a store that is away before the answer
   * begins.
   *
   * @throws NoSuchBlobException if it is not there
   */
  public FileContent checked() throws IOException {
    Range first = ranges.peek();
    if (first != null && blobs.size(first.piece().blob()).isEmpty()) {
      throw new NoSuchBlobException(first.piece().blob());
    }
    return this;
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
    while (true) {
      if (open == null) {
        Range next = ranges.poll();
        if (next == null) {
          return -1;
        }
        open = blobs.read(next.piece().blob(), next.from(), next.length());
      }
      int read = open.read(into, from, length);
      if (read > 0) {
        return read;
      }
      close();
    }
  }

  @Override
  public void close() throws IOException {
    InputStream closing = open;
    open = null;
    if (closing != null) {
      closing.close();
    }
  }
}
