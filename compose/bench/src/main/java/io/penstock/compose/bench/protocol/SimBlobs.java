package io.penstock.compose.bench.protocol;

import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.blobs.BlobWriter;
import io.penstock.broker.blobs.NoSuchBlobException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The blobs of all instances of the front, in memory. */
final class SimBlobs {

  private final TreeMap<String, byte[]> blobs = new TreeMap<>();

  /** What may go wrong before and after a call. */
  @FunctionalInterface
  interface Disturbance {
    void disturb() throws IOException;
  }

  /** What commits a blob: at once, unless a bug is planted. */
  @FunctionalInterface
  interface Committing {
    void commit(Runnable blob);
  }

  void put(BlobName name, byte[] bytes) {
    blobs.put(name.value(), bytes);
  }

  byte[] get(BlobName name) {
    return blobs.getOrDefault(name.value(), new byte[0]);
  }

  /** Deletes all blobs under a name. */
  void clear(BlobName under) {
    blobs.subMap(under.value() + "/", under.value() + "0").clear();
  }

  void remove(BlobName name) {
    blobs.remove(name.value());
  }

  /** The store as one instance sees it. */
  BlobStore seenBy(Disturbance disturbance, Committing committing) {
    return new View(disturbance, committing);
  }

  private final class View implements BlobStore {

    private final Disturbance disturbance;
    private final Committing committing;

    View(Disturbance disturbance, Committing committing) {
      this.disturbance = disturbance;
      this.committing = committing;
    }

    @Override
    public BlobWriter create(BlobName name) throws IOException {
      disturbance.disturb();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      return new BlobWriter() {
        @Override
        public void write(byte[] more, int from, int length) {
          bytes.write(more, from, length);
        }

        @Override
        public void commit() throws IOException {
          disturbance.disturb();
          committing.commit(() -> blobs.put(name.value(), bytes.toByteArray()));
          disturbance.disturb();
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public InputStream read(BlobName name, long from, long length) throws IOException {
      disturbance.disturb();
      byte[] bytes = blobs.get(name.value());
      if (bytes == null) {
        throw new NoSuchBlobException(name);
      }
      int begin = (int) Math.min(from, bytes.length);
      return new ByteArrayInputStream(bytes, begin, (int) Math.min(length, bytes.length - begin));
    }

    @Override
    public OptionalLong size(BlobName name) {
      byte[] bytes = blobs.get(name.value());
      return bytes == null ? OptionalLong.empty() : OptionalLong.of(bytes.length);
    }

    @Override
    public boolean delete(BlobName name) throws IOException {
      disturbance.disturb();
      return blobs.remove(name.value()) != null;
    }

    @Override
    public List<BlobName> list(BlobName under, Instant before) throws IOException {
      disturbance.disturb();
      return blobs.subMap(under.value() + "/", under.value() + "0").keySet().stream()
          .map(BlobName::new)
          .toList();
    }

    @Override
    public void sweep(Instant now, Duration age) {
      // What is unfinished is its writer's alone.
    }
  }
}
