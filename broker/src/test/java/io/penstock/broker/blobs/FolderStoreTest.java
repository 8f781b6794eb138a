package io.penstock.broker.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FolderStoreTest extends BlobStoreContract {

  @TempDir private Path folder;
  private BlobStore store;

  @BeforeEach
  void open() throws IOException {
    store = FolderStore.open(folder.resolve("blobs"));
  }

  @Override
  protected BlobStore store() {
    return store;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/etc/passwd",
        "..",
        "../x",
        "a/../b",
        "a/./b",
        "a//b",
        "a/",
        "a\\b",
        ".incoming/x",
        "a/.hidden",
        "a b",
        "ä",
        "a\u0000b",
        "a\n",
        "C:",
        "a/b/c/d/e/f/g"
      })
  void noNameLeadsOutOfTheFolder(String name) {
    assertThatThrownBy(() -> new BlobName(name)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void threadsOfItsOwnWaitForTheDisk() {
    assertThat(store).isInstanceOf(PooledStore.class);
  }

  @Test
  void followsNoLinkThatSomebodyPutIntoTheFolder() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "secret");
    Files.createSymbolicLink(folder.resolve("blobs").resolve("link"), secret);
    assertThat(store.size(BlobName.of("link"))).isEmpty();
    assertThatThrownBy(() -> store.read(BlobName.of("link"))).isInstanceOf(IOException.class);
  }

  @Test
  void leavesNoEmptyFoldersBehind() throws Exception {
    BlobName name = BlobName.of("batches", "b1", "output", "1");
    try (BlobWriter writer = store.create(name)) {
      writer.commit();
    }
    store.delete(name);
    assertThat(folder.resolve("blobs").resolve("batches")).doesNotExist();
  }

  @Test
  void sweepsOnlyWhatAWriterLeftLongAgo() throws Exception {
    try (BlobWriter dead = store.create(BlobName.of("a"));
        BlobWriter alive = store.create(BlobName.of("b"))) {
      dead.write(1);
      Path incoming = folder.resolve("blobs").resolve(".incoming");
      Instant now = Instant.parse("2026-11-30T12:00:00Z");
      try (var each = Files.list(incoming)) {
        for (Path file : each.toList()) {
          Instant written = Files.size(file) > 0 ? now.minusSeconds(90_000) : now;
          Files.setLastModifiedTime(file, FileTime.from(written));
        }
      }
      store.sweep(now, Duration.ofDays(1));
      alive.commit();
      assertThat(store.size(BlobName.of("b"))).hasValue(0);
      assertThatThrownBy(dead::commit).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aFolderThatIsAwayIsToldFromOneThatLacksABlob() throws Exception {
    BlobName name = BlobName.of("files", "file-1");
    try (BlobWriter writer = store.create(name)) {
      writer.commit();
    }
    Path blobs = folder.resolve("blobs");
    try (BlobWriter begun = store.create(BlobName.of("files", "file-2"))) {
      Files.move(blobs, folder.resolve("away"));
      // What a disk that is not mounted leaves.
      Files.createDirectory(blobs);
      for (ThrowableAssert.ThrowingCallable each :
          List.<ThrowableAssert.ThrowingCallable>of(
              () -> store.read(name),
              () -> store.size(name),
              () -> store.delete(name),
              () -> store.list(BlobName.of("files")),
              () -> store.sweep(Instant.EPOCH, Duration.ZERO),
              () -> store.create(name),
              begun::commit)) {
        assertThatThrownBy(each).isInstanceOf(StoreUnavailableException.class);
      }
    }
    try (var left = Files.walk(blobs)) {
      for (Path each : left.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
    Files.move(folder.resolve("away"), blobs);
    assertThat(store.size(name)).hasValue(0);
    assertThat(store.list(BlobName.of("files"))).containsExactly(name);
  }

  @Test
  void aBlobThatCannotBeLookedForIsNotToldAsAbsent() throws Exception {
    BlobName name = BlobName.of("files", "file-1");
    try (BlobWriter writer = store.create(name)) {
      writer.commit();
    }
    assertThat(store.size(BlobName.of("files", "file-1", "below"))).isEmpty();
    Path loop = folder.resolve("blobs").resolve("loop");
    Files.createSymbolicLink(loop, loop);
    assertThatThrownBy(() -> store.size(BlobName.of("loop", "x")))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(NoSuchBlobException.class);
  }
}
