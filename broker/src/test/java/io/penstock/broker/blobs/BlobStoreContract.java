package io.penstock.broker.blobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every store promises. */
public abstract class BlobStoreContract {

  private static final BlobName NAME = BlobName.of("files", "file-1");

  /** The store under test, empty at first. */
  protected abstract BlobStore store();

  @Test
  void readsBackWhatWasCommitted() throws Exception {
    put(NAME, "one\ntwo\n");
    assertThat(text(NAME, 0, Long.MAX_VALUE)).isEqualTo("one\ntwo\n");
    assertThat(store().size(NAME)).hasValue(8);
  }

  @Test
  void readsAnyRange() throws Exception {
    put(NAME, "0123456789");
    assertThat(text(NAME, 3, 4)).isEqualTo("3456");
    assertThat(text(NAME, 8, 100)).isEqualTo("89");
    assertThat(text(NAME, 4, 0)).isEmpty();
    assertThat(text(NAME, 10, 5)).isEmpty();
    assertThat(text(NAME, 99, 5)).isEmpty();
  }

  @Test
  void keepsAnEmptyBlob() throws Exception {
    put(NAME, "");
    assertThat(store().size(NAME)).hasValue(0);
    assertThat(text(NAME, 0, 10)).isEmpty();
  }

  @Test
  void showsNothingBeforeTheCommit() throws Exception {
    try (BlobWriter writer = store().create(NAME)) {
      writer.write("half".getBytes(UTF_8));
      assertThat(store().size(NAME)).isEmpty();
      assertThat(store().list(BlobName.of("files"))).isEmpty();
      assertThatThrownBy(() -> store().read(NAME)).isInstanceOf(NoSuchBlobException.class);
    }
  }

  @Test
  void leavesNothingWithoutACommit() throws Exception {
    try (BlobWriter writer = store().create(NAME)) {
      writer.write("half".getBytes(UTF_8));
    }
    assertThat(store().size(NAME)).isEmpty();
    assertThat(store().list(BlobName.of("files"))).isEmpty();
  }

  @Test
  void keepsTheOldContentsUntilTheNewAreCommitted() throws Exception {
    put(NAME, "old");
    try (BlobWriter writer = store().create(NAME)) {
      writer.write("newer".getBytes(UTF_8));
      assertThat(text(NAME, 0, 100)).isEqualTo("old");
      writer.commit();
    }
    assertThat(text(NAME, 0, 100)).isEqualTo("newer");
  }

  @Test
  void aReaderReadsOnWhenTheBlobIsReplaced() throws Exception {
    String old = "old ".repeat(100_000);
    put(NAME, old);
    try (InputStream reading = store().read(NAME)) {
      byte[] begin = reading.readNBytes(4);
      put(NAME, "new");
      String all = new String(begin, UTF_8) + new String(reading.readAllBytes(), UTF_8);
      assertThat(all).isEqualTo(old);
    }
  }

  @Test
  void deletesOnce() throws Exception {
    put(NAME, "x");
    assertThat(store().delete(NAME)).isTrue();
    assertThat(store().delete(NAME)).isFalse();
    assertThat(store().size(NAME)).isEmpty();
    assertThatThrownBy(() -> store().read(NAME)).isInstanceOf(NoSuchBlobException.class);
  }

  @Test
  void listsWhatLiesUnderANameInOrder() throws Exception {
    for (String each : List.of("b/1/out/2", "b/1/out/1", "b/1/err/1", "b/10/out/1", "b/2")) {
      put(new BlobName(each), each);
    }
    assertThat(store().list(BlobName.of("b", "1")).toString())
        .isEqualTo("[b/1/err/1, b/1/out/1, b/1/out/2]");
    assertThat(store().list(BlobName.of("b", "1", "out"))).hasSize(2);
    assertThat(store().list(BlobName.of("b"))).hasSize(5);
    assertThat(store().list(BlobName.of("none"))).isEmpty();
  }

  @Test
  void listsWhatWasCommittedBeforeATime() throws Exception {
    put(BlobName.of("b", "1"), "x");
    Instant now = Clock.systemUTC().instant();
    assertThat(store().list(BlobName.of("b"), now.plusSeconds(3600))).hasSize(1);
    assertThat(store().list(BlobName.of("b"), now.minusSeconds(3600))).isEmpty();
  }

  @Test
  void aSweepLeavesWhatIsBeingWrittenAndWhatWasCommitted() throws Exception {
    put(NAME, "x");
    try (BlobWriter writer = store().create(BlobName.of("files", "file-2"))) {
      writer.write("half".getBytes(UTF_8));
      store().sweep(Clock.systemUTC().instant(), Duration.ofDays(1));
      writer.commit();
    }
    assertThat(store().list(BlobName.of("files"))).hasSize(2);
  }

  @Test
  void aNameUnderWhichBlobsLieIsNoBlob() throws Exception {
    put(BlobName.of("b", "1", "out"), "x");
    BlobName above = BlobName.of("b", "1");
    assertThat(store().size(above)).isEmpty();
    assertThat(store().delete(above)).isFalse();
    assertThatThrownBy(() -> store().read(above)).isInstanceOf(NoSuchBlobException.class);
  }

  @Test
  void writersAndDeletersOfNeighboursDoNotDisturbEachOther() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int writer = 0; writer < 8; writer++) {
        BlobName own = BlobName.of("shared", "folder", "blob-" + writer);
        all.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < 20; round++) {
                    put(own, "round " + round);
                    assertThat(text(own, 0, 100)).isEqualTo("round " + round);
                    assertThat(store().delete(own)).isTrue();
                  }
                  return null;
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    assertThat(store().list(BlobName.of("shared"))).isEmpty();
  }

  private void put(BlobName name, String text) throws IOException {
    try (BlobWriter writer = store().create(name)) {
      writer.write(text.getBytes(UTF_8));
      writer.commit();
    }
  }

  private String text(BlobName name, long from, long length) throws IOException {
    try (InputStream in = store().read(name, from, length)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
