package io.penstock.broker.files;

import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.home.Home;
import io.penstock.broker.home.HomeException;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateEntry;
import io.penstock.broker.home.StateWriter;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files whose homes this instance owns. Safe for use by many threads. */
public final class FileRegistry implements PartitionListener {

  /** What became of a deletion. */
  public sealed interface Deletion {

    /** The file is gone. */
    record Done() implements Deletion {}

    /** There is no such file. */
    record Absent() implements Deletion {}

    /** Something still reads it. */
    record InUse(String user) implements Deletion {}
  }

  private record OwnedFiles(StateWriter writer, Map<String, FileRecord> files) {}

  private static final Logger LOG = LoggerFactory.getLogger(FileRegistry.class);

  private final Homes homes;
  private final BlobStore blobs;
  private final FileUses uses;
  private final Map<Integer, OwnedFiles> ownedFiles = new ConcurrentHashMap<>();

  /**
   * @param uses what may still read a file
   */
  public FileRegistry(Homes homes, BlobStore blobs, FileUses uses) {
    this.homes = homes;
    this.blobs = blobs;
    this.uses = uses;
  }

  @Override
  public OptionalLong taken(Home home) {
    Map<String, FileRecord> files =
        new ConcurrentHashMap<>(home.read(FileRecord.KIND, FileRegistry::decode));
    ownedFiles.put(home.partition(), new OwnedFiles(home.writer(), files));
    return OptionalLong.empty();
  }

  private static FileRecord decode(StateEntry entry) {
    FileRecord file = FileCodec.decode(entry.document());
    entry.requireId(file.id());
    return file;
  }

  @Override
  public void lost(int partition) {
    ownedFiles.remove(partition);
  }

  /** A tenant's file; empty if there is none, it has expired, or it is another tenant's. */
  public Optional<FileRecord> find(String tenant, String id, Instant now) {
    return Optional.ofNullable(ownedFiles.get(homes.of(id)))
        .map(owned -> owned.files().get(id))
        .filter(file -> file.tenant().equals(tenant) && !file.deleted() && !file.isExpired(now));
  }

  /**
   * Puts a new file in the registry.
   *
   * @throws HomeLostException if its home is not this instance's any more; nothing was written
   * @throws IOException if the log failed
   */
  public void add(FileRecord file) throws IOException {
    OwnedFiles owned = owned(file.id());
    write(owned, file);
    owned.files().put(file.id(), file);
  }

  /** Notes a file that a batch has written already. */
  public void note(FileRecord file) {
    OwnedFiles owned = ownedFiles.get(homes.of(file.id()));
    if (owned != null) {
      owned.files().put(file.id(), file);
    }
  }

  /**
   * Deletes a tenant's file. It is gone when this returns; its content goes soon after.
   *
   * @throws HomeLostException if its home is not this instance's any more
   * @throws IOException if the log failed
   */
  public Deletion delete(String tenant, String id, Instant now) throws IOException {
    Optional<FileRecord> found = find(tenant, id, now);
    return found.isEmpty() ? new Deletion.Absent() : delete(owned(id), found.get());
  }

  private Deletion delete(OwnedFiles owned, FileRecord file) throws IOException {
    FileRecord deleted = file.asDeleted();
    if (!owned.files().replace(file.id(), file, deleted)) {
      return new Deletion.Absent();
    }
    // In this order: whoever begins to use it announces that first, and looks for the file then.
    Optional<String> user = uses.userOf(file.id());
    if (user.isPresent()) {
      owned.files().replace(file.id(), deleted, file);
      return new Deletion.InUse(user.get());
    }
    try {
      write(owned, deleted);
    } catch (IOException | RuntimeException failed) {
      owned.files().replace(file.id(), deleted, file);
      throw failed;
    }
    return new Deletion.Done();
  }

  /**
   * Deletes what has expired, and the content of what was deleted. Called from time to time by one
   * thread; what fails is tried again by the next call.
   */
  public void sweep(Instant now) {
    for (OwnedFiles owned : ownedFiles.values()) {
      for (FileRecord file : owned.files().values()) {
        try {
          if (file.deleted()) {
            remove(owned, file);
          } else if (file.isExpired(now)) {
            delete(owned, file);
          }
        } catch (HomeException moved) {
          break;
        } catch (IOException failed) {
          LOG.warn("Cannot delete file {} yet: {}", file.id(), failed.getMessage());
        }
      }
    }
  }

  private void remove(OwnedFiles owned, FileRecord file) throws IOException {
    for (FileRecord.Piece piece : file.pieces()) {
      blobs.delete(piece.blob());
    }
    write(owned, new StateChange.Remove(FileRecord.KIND, file.id()));
    owned.files().remove(file.id(), file);
  }

  private OwnedFiles owned(String id) {
    int partition = homes.of(id);
    @Nullable OwnedFiles owned = ownedFiles.get(partition);
    if (owned == null) {
      throw new HomeLostException(partition);
    }
    return owned;
  }

  private static void write(OwnedFiles owned, FileRecord file) throws IOException {
    byte[] document = FileCodec.encode(file);
    write(owned, new StateChange.Put(new StateEntry(FileRecord.KIND, file.id(), document)));
  }

  private static void write(OwnedFiles owned, StateChange change) throws IOException {
    try {
      owned.writer().write(List.of(change)).join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof HomeException moved) {
        throw moved;
      }
      throw new IOException("the log did not take the record of a file", failed.getCause());
    }
  }
}
