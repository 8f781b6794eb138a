package io.penstock.broker.files;

import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.blobs.BlobWriter;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.Homes;
import io.penstock.schemas.ids.Ids;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes uploads: the content first, then the record that makes it a file. */
public final class FileUploads {

  /** The content has more bytes than a file may have. */
  public static final class TooLargeException extends IOException {

    private static final long serialVersionUID = 1;

    TooLargeException(long most) {
      super("the file has more than %d bytes".formatted(most));
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(FileUploads.class);
  private static final int CHUNK = 64 * 1024;
  private static final int TRIES = 3;

  private final Homes homes;
  private final BlobStore blobs;
  private final FileRegistry registry;
  private final long maxBytes;
  private final InstantSource clock;

  /**
   * @param maxBytes the most bytes of a file
   */
  public FileUploads(
      Homes homes, BlobStore blobs, FileRegistry registry, long maxBytes, InstantSource clock) {
    this.homes = homes;
    this.blobs = blobs;
    this.registry = registry;
    this.maxBytes = maxBytes;
    this.clock = clock;
  }

  /**
   * Stores content that is not a file yet.
   *
   * @param content is read to its end and not closed
   * @throws TooLargeException if it is too large; nothing is kept
   */
  public FileRecord.Piece store(InputStream content) throws IOException {
    BlobName name = BlobName.of("files", Ids.next());
    try (BlobWriter writer = blobs.create(name)) {
      byte[] chunk = new byte[CHUNK];
      long bytes = 0;
      for (int read = content.read(chunk); read >= 0; read = content.read(chunk)) {
        bytes += read;
        if (bytes > maxBytes) {
          throw new TooLargeException(maxBytes);
        }
        writer.write(chunk, 0, read);
      }
      writer.commit();
      return new FileRecord.Piece(name, bytes);
    }
  }

  /**
   * Makes stored content a file.
   *
   * @param name as the user gave it
   * @param expiresAfter how long it is kept; empty keeps it
   */
  public FileRecord publish(
      String tenant,
      String purpose,
      String name,
      Optional<Duration> expiresAfter,
      FileRecord.Piece content)
      throws IOException {
    for (int tries = 1; ; tries++) {
      Instant now = Instant.ofEpochSecond(clock.instant().getEpochSecond());
      FileRecord file =
          new FileRecord(
              homes.newId("file-"),
              tenant,
              purpose,
              FileName.clean(name),
              now,
              expiresAfter.map(now::plus).orElse(null),
              List.of(content),
              false);
      try {
        registry.add(file);
        return file;
      } catch (HomeLostException moved) {
        // Another home will do.
        if (tries == TRIES) {
          throw moved;
        }
      }
    }
  }

  /** Drops stored content that does not become a file. What the store keeps, the sweep finds. */
  public void discard(FileRecord.Piece content) {
    try {
      blobs.delete(content.blob());
    } catch (IOException failed) {
      LOG.warn("The content {} of no file stays for now: {}", content.blob(), failed.getMessage());
    }
  }
}
