package io.penstock.broker.batches;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchCodec;
import io.penstock.broker.batches.lifecycle.BatchOrder;
import io.penstock.broker.batches.lifecycle.BatchOrigin;
import io.penstock.broker.batches.lifecycle.CompletionWindow;
import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.blobs.BlobWriter;
import io.penstock.broker.blobs.MemoryStore;
import io.penstock.broker.files.FileCodec;
import io.penstock.broker.files.FileDirectory;
import io.penstock.broker.files.FileRecord;
import io.penstock.broker.home.FirstPartition;
import io.penstock.broker.home.Home;
import io.penstock.broker.home.StateChange;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrphanSweepTest {

  private static final BlobName NAMED = BlobName.of("files", "named");
  private static final BlobName ORPHAN = BlobName.of("files", "orphan");
  private static final BlobName OF_RUNNING = BlobName.of("batches", "running", "output", "1-1");
  private static final BlobName OF_NONE = BlobName.of("batches", "gone", "output", "1-1");

  private final MemoryStore store = new MemoryStore();
  private final FileDirectory files = new FileDirectory();
  private final BatchDirectory batches = new BatchDirectory();
  private final OrphanSweep sweep = new OrphanSweep(store, files, batches);
  private final Instant begun = Clock.systemUTC().instant();
  private boolean followed = true;

  @BeforeEach
  void fill() throws IOException {
    for (BlobName each : List.of(NAMED, ORPHAN, OF_RUNNING, OF_NONE)) {
      try (BlobWriter writer = store.create(each)) {
        writer.commit();
      }
    }
    FileRecord file =
        new FileRecord(
            "file-1",
            "acme",
            "batch",
            "a",
            begun,
            null,
            List.of(new FileRecord.Piece(NAMED, 1)),
            false);
    files.entry(file.id(), FileCodec.encode(file));
    batches.entry("running", BatchCodec.encode(Batch.created(order(), 0)));
  }

  @Test
  void whatBelongsToNothingIsDeletedOnceItIsOld() throws IOException {
    sweep.taken(new Home(0, List.of(), new Writer()));
    sweep.sweep(begun.plus(Duration.ofDays(2)));
    assertThat(store.size(ORPHAN)).isPresent();

    sweep.sweep(begun.plus(Duration.ofDays(2)));

    assertThat(store.size(ORPHAN)).isEmpty();
    assertThat(store.size(OF_NONE)).isEmpty();
    assertThat(store.size(NAMED)).isPresent();
    assertThat(store.size(OF_RUNNING)).isPresent();
  }

  @Test
  void whatIsNewMayGetItsRecordStill() throws IOException {
    sweep.taken(new Home(0, List.of(), new Writer()));
    sweep.sweep(begun);
    sweep.sweep(begun.plus(Duration.ofHours(1)));
    assertThat(store.size(ORPHAN)).isPresent();
  }

  @Test
  void anInstanceThatDoesNotFollowTheTopicDeletesNothing() throws IOException {
    sweep.taken(new Home(0, List.of(), new Writer()));
    sweep.sweep(begun.plus(Duration.ofDays(2)));
    followed = false;
    sweep.sweep(begun.plus(Duration.ofDays(2)).plusSeconds(3600));
    store.create(ORPHAN).commit();
    sweep.sweep(begun.plus(Duration.ofDays(3)));
    assertThat(store.size(ORPHAN)).isPresent();
  }

  @Test
  void onlyTheOwnerOfOnePartitionSweeps() throws IOException {
    sweep.taken(new Home(1, List.of(), new Writer()));
    sweep.sweep(begun.plus(Duration.ofDays(2)));
    sweep.sweep(begun.plus(Duration.ofDays(2)));
    assertThat(store.size(ORPHAN)).isPresent();
  }

  private static BatchOrder order() {
    return new BatchOrder(
        "running",
        "acme",
        "/v1/completions",
        "file-1",
        NAMED,
        CompletionWindow.of("24h").orElseThrow(),
        Map.of(),
        null,
        "file-2",
        "file-3",
        Instant.EPOCH,
        Optional.empty(),
        BatchOrigin.PLAIN);
  }

  private final class Writer extends FirstPartition {

    @Override
    public CompletableFuture<Void> write(List<StateChange> changes) {
      if (followed) {
        for (StateChange change : changes) {
          sweep.entry(((StateChange.Put) change).entry().document());
        }
        sweep.upToDate();
      }
      return CompletableFuture.completedFuture(null);
    }
  }
}
