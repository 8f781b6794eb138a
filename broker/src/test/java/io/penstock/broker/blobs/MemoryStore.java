package io.penstock.broker.blobs;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;

/** Keeps blobs in memory, for tests that make thousands. */
public final class MemoryStore implements BlobStore {

  private record Blob(byte[] bytes, Instant committedAt) {}

  private final ConcurrentSkipListMap<BlobName, Blob> blobs = new ConcurrentSkipListMap<>();
  private final Clock clock = Clock.systemUTC();

  @Override
  public BlobWriter create(BlobName name) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    return new BlobWriter() {
      @Override
      public void write(byte[] more, int from, int length) {
        bytes.write(more, from, length);
      }

      @Override
      public void commit() {
        blobs.put(name, new Blob(bytes.toByteArray(), clock.instant()));
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public InputStream read(BlobName name, long from, long length) throws IOException {
    Blob blob = blobs.get(name);
    if (blob == null) {
      throw new NoSuchBlobException(name);
    }
    byte[] bytes = blob.bytes;
    int begin = (int) Math.min(from, bytes.length);
    return new ByteArrayInputStream(bytes, begin, (int) Math.min(length, bytes.length - begin));
  }

  @Override
  public OptionalLong size(BlobName name) {
    Blob blob = blobs.get(name);
    return blob == null ? OptionalLong.empty() : OptionalLong.of(blob.bytes.length);
  }

  @Override
  public boolean delete(BlobName name) {
    return blobs.remove(name) != null;
  }

  @Override
  public List<BlobName> list(BlobName under) {
    return list(under, Instant.MAX);
  }

  @Override
  public List<BlobName> list(BlobName under, Instant before) {
    return blobs.entrySet().stream()
        .filter(each -> each.getKey().value().startsWith(under.value() + "/"))
        .filter(each -> each.getValue().committedAt.isBefore(before))
        .map(Map.Entry::getKey)
        .toList();
  }

  @Override
  public void sweep(Instant now, Duration age) {
    // What is unfinished is its writer's alone.
  }
}
