package io.penstock.broker.batches;

import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.files.FileDirectory;
import io.penstock.broker.home.Home;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateEntry;
import io.penstock.broker.home.StateWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes contents that belong to nothing: uploads whose instance died before it wrote their
 * record, and parts of batches that no file names. The owner of partition 0 does it for all.
 *
 * <p>What is named is read from the front topic. An instance that reads it too late would delete
 * what it must not, so each time it writes a mark, and sweeps only when it has read its mark of the
 * time before.
 */
final class OrphanSweep implements PartitionListener {

  static final String KIND = "orphan-sweep";

  /** No upload takes so long, and no record is written so long after its content. */
  static final Duration AGE = Duration.ofDays(1);

  private static final Logger LOG = LoggerFactory.getLogger(OrphanSweep.class);
  private static final int PARTITION = 0;

  private final BlobStore blobs;
  private final FileDirectory files;
  private final BatchDirectory batches;
  private volatile @Nullable StateWriter writer;
  private volatile Optional<String> read = Optional.empty();

  // For the thread that follows the topic.
  private Optional<String> reading = Optional.empty();

  // For the thread that sweeps.
  private Optional<String> written = Optional.empty();

  OrphanSweep(BlobStore blobs, FileDirectory files, BatchDirectory batches) {
    this.blobs = blobs;
    this.files = files;
    this.batches = batches;
  }

  @Override
  public OptionalLong taken(Home home) {
    if (home.partition() == PARTITION) {
      writer = home.writer();
    }
    return OptionalLong.empty();
  }

  @Override
  public void lost(int partition) {
    if (partition == PARTITION) {
      writer = null;
    }
  }

  /** Receives its own entry of the front topic. */
  void entry(byte @Nullable [] document) {
    reading = Optional.ofNullable(document).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /** All entries were passed. */
  void upToDate() {
    read = reading;
  }

  /**
   * Sweeps if this instance owns the partition and has followed the topic since the last time.
   * Called from time to time by one thread.
   */
  void sweep(Instant now) throws IOException {
    StateWriter mine = writer;
    if (mine == null) {
      written = Optional.empty();
      return;
    }
    if (written.isPresent() && written.equals(read)) {
      delete(now);
    }
    String mark = mine.epoch() + "/" + now.toEpochMilli();
    written = Optional.of(mark);
    var _ =
        mine.write(
                List.of(
                    new StateChange.Put(
                        new StateEntry(
                            KIND,
                            Integer.toString(PARTITION),
                            mark.getBytes(StandardCharsets.UTF_8)))))
            .exceptionally(
                failed -> {
                  LOG.debug("The mark of a sweep was not written", failed);
                  return null;
                });
  }

  /**
   * Which batches run is asked before which contents are named: a batch that ends in between names
   * its parts by then.
   */
  private void delete(Instant now) throws IOException {
    if (files.lacksSome() || batches.lacksSome()) {
      LOG.warn("No orphaned contents are deleted, since there are records that cannot be read");
      return;
    }
    List<BlobName> old = new ArrayList<>(blobs.list(BlobName.of("files"), now.minus(AGE)));
    old.addAll(blobs.list(BlobName.of("batches"), now.minus(AGE)));
    Set<String> running = batches.running();
    Set<BlobName> named = files.contents();
    int deleted = 0;
    for (BlobName each : old) {
      boolean ofRunning = each.segment(1).filter(running::contains).isPresent();
      if (!named.contains(each) && !ofRunning && blobs.delete(each)) {
        deleted++;
      }
    }
    if (deleted > 0) {
      LOG.info("Deleted {} contents that belong to no file", deleted);
    }
  }
}
