package io.penstock.broker.blobs;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/**
 * Keeps contents under names. A blob is seen whole or not at all, never changes in part, and lasts
 * once it is committed. Safe for use by many threads and, on shared storage, by many instances.
 *
 * <p>Each method, and each of the streams that it returns, throws a {@link
 * StoreUnavailableException} if the store cannot be reached now, and another {@link IOException} if
 * it fails for a reason that does not pass by itself.
 *
 * <p>Implementations extend {@code BlobStoreContract} with their tests.
 */
public interface BlobStore {

  /**
   * Begins a blob. Nobody sees it until {@link BlobWriter#commit()}; then it replaces what had the
   * name before.
   */
  BlobWriter create(BlobName name) throws IOException;

  /**
   * Reads a blob to its end.
   *
   * @throws NoSuchBlobException if there is none of this name
   */
  default InputStream read(BlobName name) throws IOException {
    return read(name, 0, Long.MAX_VALUE);
  }

  /**
   * Reads a part of a blob. The caller closes the stream.
   *
   * @param from the first byte, 0 or more; at or behind the end there is nothing to read
   * @param length the most bytes to read, 0 or more
   * @throws NoSuchBlobException if there is none of this name
   */
  InputStream read(BlobName name, long from, long length) throws IOException;

  /** How many bytes a blob has, or empty if there is none of this name. */
  OptionalLong size(BlobName name) throws IOException;

  /**
   * Deletes a blob.
   *
   * @return whether there was one
   */
  boolean delete(BlobName name) throws IOException;

  /**
   * The names that lie under this one, as files lie under a folder, in ascending order.
   *
   * @param under a name; a blob of this very name is not among them
   */
  default List<BlobName> list(BlobName under) throws IOException {
    return list(under, Instant.MAX);
  }

  /**
   * The names that lie under this one and were committed before a time, in ascending order.
   *
   * @param under a name; a blob of this very name is not among them
   * @param before by the store's own clock
   */
  List<BlobName> list(BlobName under, Instant before) throws IOException;

  /**
   * Deletes what writers that died left unfinished.
   *
   * @param now the time
   * @param age the least time since it was begun or written to: longer than a writer ever takes
   */
  void sweep(Instant now, Duration age) throws IOException;
}
