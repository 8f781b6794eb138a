package io.penstock.broker.files;

import io.penstock.broker.blobs.BlobName;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of all homes, as this instance has read them from the front topic: complete, and a
 * moment behind their owners. Safe for use by many threads.
 */
public final class FileDirectory {

  private static final Logger LOG = LoggerFactory.getLogger(FileDirectory.class);

  private static final Comparator<FileRecord> OLDEST_FIRST =
      Comparator.comparing(FileRecord::createdAt).thenComparing(FileRecord::id);

  private volatile Map<String, FileRecord> files = new ConcurrentHashMap<>();

  private final Set<String> unreadable = ConcurrentHashMap.newKeySet();

  /** What is being read; the same once all was read. */
  private Map<String, FileRecord> reading = files;

  /** All entries follow anew; what is known stays until then. */
  public void beginning() {
    reading = new ConcurrentHashMap<>();
  }

  /** All entries were passed. */
  public void upToDate() {
    files = reading;
  }

  /**
   * Receives an entry of the kind {@link FileRecord#KIND}.
   *
   * @param document null where it was removed
   */
  public void entry(String id, byte @Nullable [] document) {
    if (document == null) {
      reading.remove(id);
      unreadable.remove(id);
      return;
    }
    try {
      reading.put(id, FileCodec.decode(document));
      unreadable.remove(id);
    } catch (IllegalArgumentException damaged) {
      unreadable.add(id);
      LOG.warn("Ignoring the record of file {}: {}", id, damaged.getMessage());
    }
  }

  /**
   * Whether there are records that this instance cannot read, such as a later version's: it does
   * not know all contents then.
   */
  public boolean lacksSome() {
    return !unreadable.isEmpty();
  }

  /** The contents of all files, those included that were deleted and are not gone yet. */
  public Set<BlobName> contents() {
    Set<BlobName> contents = new HashSet<>();
    files.values().forEach(file -> file.pieces().forEach(piece -> contents.add(piece.blob())));
    return contents;
  }

  /** A tenant's file, if this instance knows of it already. */
  public Optional<FileRecord> find(String tenant, String id, Instant now) {
    return Optional.ofNullable(files.get(id)).filter(file -> isVisible(file, tenant, now));
  }

  /** A tenant's files, the oldest first. */
  public List<FileRecord> of(String tenant, Instant now) {
    Stream<FileRecord> visible =
        files.values().stream().filter(file -> isVisible(file, tenant, now));
    return visible.sorted(OLDEST_FIRST).toList();
  }

  private static boolean isVisible(FileRecord file, String tenant, Instant now) {
    return file.tenant().equals(tenant) && !file.deleted() && !file.isExpired(now);
  }
}
