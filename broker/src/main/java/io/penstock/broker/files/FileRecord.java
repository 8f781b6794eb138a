package io.penstock.broker.files;

import io.penstock.broker.blobs.BlobName;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a file.
 *
 * @param id its id, from which its home follows
 * @param tenant whose it is
 * @param purpose as OpenAI has it, such as {@code batch}
 * @param name the name that its user gave it, for show only
 * @param createdAt when it was complete
 * @param expiresAt when it is deleted; null keeps it
 * @param pieces its content, one after the other
 * @param deleted whether it is gone for its tenant, and its content is being deleted
 */
public record FileRecord(
    String id,
    String tenant,
    String purpose,
    String name,
    Instant createdAt,
    @Nullable Instant expiresAt,
    List<Piece> pieces,
    boolean deleted) {

  /** The kind of the front topic's entries that hold these. */
  public static final String KIND = "file";

  /**
   * A part of the content.
   *
   * @param blob where it lies
   * @param bytes how long it is
   */
  public record Piece(BlobName blob, long bytes) {}

  public FileRecord {
    pieces = List.copyOf(pieces);
  }

  /** How long the file is. */
  public long bytes() {
    return pieces.stream().mapToLong(Piece::bytes).sum();
  }

  /** The same, gone. */
  FileRecord asDeleted() {
    return new FileRecord(id, tenant, purpose, name, createdAt, expiresAt, pieces, true);
  }

  boolean isExpired(Instant now) {
    return expiresAt != null && !now.isBefore(expiresAt);
  }
}
