package io.penstock.broker.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.blobs.BlobWriter;
import io.penstock.broker.blobs.MemoryStore;
import io.penstock.broker.home.FirstPartition;
import io.penstock.broker.home.Home;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.OneHome;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateEntry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileRegistryTest {

  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

  private final MemoryStore store = new MemoryStore();
  private final Map<String, StateEntry> front = new LinkedHashMap<>();
  private String user = "";
  private boolean fenced;
  private final OneHome home = new OneHome();
  private final FileRegistry registry =
      new FileRegistry(home, store, id -> user.isEmpty() ? Optional.empty() : Optional.of(user));
  private final FileUploads uploads =
      new FileUploads(home, store, registry, 20, InstantSource.fixed(NOW));

  @BeforeEach
  void take() {
    registry.taken(new Home(0, front.values(), new Writer()));
  }

  @Test
  void anUploadIsAFileOfItsTenantOnly() throws Exception {
    FileRecord file = upload("acme", "hello");
    assertThat(registry.find("acme", file.id(), NOW)).hasValue(file);
    assertThat(registry.find("other", file.id(), NOW)).isEmpty();
    assertThat(registry.delete("other", file.id(), NOW))
        .isEqualTo(new FileRegistry.Deletion.Absent());
    assertThat(text(file, 0, 100)).isEqualTo("hello");
  }

  @Test
  void aSuccessorHasTheSameFiles() throws Exception {
    FileRecord file = upload("acme", "hello");
    registry.lost(0);
    assertThat(registry.find("acme", file.id(), NOW)).isEmpty();
    take();
    assertThat(registry.find("acme", file.id(), NOW)).hasValue(file);
  }

  @Test
  void aContentThatIsTooLargeLeavesNothing() {
    assertThatThrownBy(() -> upload("acme", "x".repeat(21)))
        .isInstanceOf(FileUploads.TooLargeException.class);
    assertThat(store.list(BlobName.of("files"))).isEmpty();
  }

  @Test
  void aDeletedFileIsGoneAtOnceAndItsContentByTheNextSweep() throws Exception {
    FileRecord file = upload("acme", "hello");
    assertThat(registry.delete("acme", file.id(), NOW)).isEqualTo(new FileRegistry.Deletion.Done());
    assertThat(registry.find("acme", file.id(), NOW)).isEmpty();
    assertThat(registry.delete("acme", file.id(), NOW))
        .isEqualTo(new FileRegistry.Deletion.Absent());
    // The next owner goes on with it.
    take();
    assertThat(registry.find("acme", file.id(), NOW)).isEmpty();
    registry.sweep(NOW);
    assertThat(store.list(BlobName.of("files"))).isEmpty();
    assertThat(front).isEmpty();
  }

  @Test
  void aFileThatABatchReadsStays() throws Exception {
    FileRecord file = upload("acme", "hello");
    user = "batch_1";
    assertThat(registry.delete("acme", file.id(), NOW))
        .isEqualTo(new FileRegistry.Deletion.InUse("batch_1"));
    assertThat(registry.find("acme", file.id(), NOW)).hasValue(file);
  }

  @Test
  void aFileGoesWhenItExpires() throws Exception {
    FileRecord.Piece content = uploads.store(new ByteArrayInputStream(new byte[3]));
    Optional<Duration> hour = Optional.of(Duration.ofHours(1));
    FileRecord file = uploads.publish("acme", "batch", "a.jsonl", hour, content);
    Instant before = NOW.plusSeconds(3599);
    registry.sweep(before);
    assertThat(registry.find("acme", file.id(), before)).hasValue(file);
    Instant after = NOW.plusSeconds(3600);
    assertThat(registry.find("acme", file.id(), after)).isEmpty();
    registry.sweep(after);
    registry.sweep(after);
    assertThat(front).isEmpty();
    assertThat(store.list(BlobName.of("files"))).isEmpty();
  }

  @Test
  void anOwnerThatWasReplacedDeletesNothing() throws Exception {
    FileRecord file = upload("acme", "hello");
    fenced = true;
    assertThatThrownBy(() -> registry.delete("acme", file.id(), NOW))
        .isInstanceOf(HomeLostException.class);
    fenced = false;
    assertThat(registry.find("acme", file.id(), NOW)).hasValue(file);
  }

  @Test
  void readsRangesAcrossPieces() throws Exception {
    FileRecord file =
        new FileRecord(
            "file-9",
            "acme",
            "batch_output",
            "out.jsonl",
            NOW,
            null,
            List.of(piece("a", "0123"), piece("b", "456"), piece("c", "789")),
            false);
    for (int from = 0; from <= 11; from++) {
      for (int length = 0; length <= 11; length++) {
        String all = "0123456789";
        String expected =
            all.substring(Math.min(from, 10), Math.min(Math.min(from, 10) + length, 10));
        assertThat(text(file, from, length)).isEqualTo(expected);
      }
    }
    assertThat(FileCodec.decode(FileCodec.encode(file))).isEqualTo(file);
  }

  @Test
  void aNameIsCleaned() {
    assertThat(FileName.clean("größe 7.jsonl")).isEqualTo("größe 7.jsonl");
    assertThat(FileName.clean("../../etc/passwd")).isEqualTo("passwd");
    assertThat(FileName.clean("C:\\temp\\x.jsonl")).isEqualTo("x.jsonl");
    assertThat(FileName.clean("a\u202Eb\u0007\r\n\".jsonl")).isEqualTo("ab.jsonl");
    assertThat(FileName.clean("")).isEqualTo("upload.jsonl");
    assertThat(FileName.clean("x/..")).isEqualTo("upload.jsonl");
  }

  @Test
  void aLongNameIsCutBetweenCharacters() {
    String name = FileName.clean("😀".repeat(300));
    assertThat(name.length()).isLessThanOrEqualTo(255);
    assertThat(name.codePoints()).allMatch(each -> each == 0x1F600);
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=0-3, 0, 4",
    "bytes=2-, 2, 8",
    "bytes=-3, 7, 3",
    "bytes=0-99, 0, 10",
    "bytes=-99, 0, 10",
    "bytes=10-12, 10, 0",
    "bytes=9-9, 9, 1"
  })
  void readsARange(String header, long from, long length) {
    assertThat(ByteRange.of(header, 10)).hasValue(new ByteRange(from, length));
  }

  @ParameterizedTest
  @CsvSource({"'bytes=0-1,3-4'", "bytes=-", "lines=0-3", "bytes=5-2", "bytes=a-b"})
  void ignoresOtherRanges(String header) {
    assertThat(ByteRange.of(header, 10)).isEmpty();
  }

  private FileRecord upload(String tenant, String text) throws IOException {
    FileRecord.Piece content = uploads.store(new ByteArrayInputStream(text.getBytes(UTF_8)));
    return uploads.publish(tenant, "batch", "in.jsonl", Optional.empty(), content);
  }

  private FileRecord.Piece piece(String name, String text) throws IOException {
    BlobName blob = BlobName.of("pieces", name);
    try (BlobWriter writer = store.create(blob)) {
      writer.write(text.getBytes(UTF_8));
      writer.commit();
    }
    return new FileRecord.Piece(blob, text.length());
  }

  private String text(FileRecord file, long from, long length) throws IOException {
    try (InputStream in = new FileContent(store, file, from, length)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private final class Writer extends FirstPartition {

    @Override
    public CompletableFuture<Void> write(List<StateChange> changes) {
      if (fenced) {
        return CompletableFuture.failedFuture(new HomeLostException(0));
      }
      for (StateChange change : changes) {
        switch (change) {
          case StateChange.Put put -> front.put(put.key(), put.entry());
          case StateChange.Remove remove -> front.remove(remove.key());
        }
      }
      return CompletableFuture.completedFuture(null);
    }
  }
}
