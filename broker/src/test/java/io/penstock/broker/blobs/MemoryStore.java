package io.penstock.broker.blobs;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;

/** Keeps blobs in memory, for tests that make thousands. */
public final class MemoryStore implements BlobStore {

  private final ConcurrentSkipListMap<BlobName, byte[]> blobs = new ConcurrentSkipListMap<>();

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
        blobs.put(name, bytes.toByteArray());
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public InputStream read(BlobName name, long from, long length) throws IOException {
    byte[] bytes = blobs.get(name);
    if (bytes == null) {
      throw new NoSuchBlobException(name);
    }
    int begin = (int) Math.min(from, bytes.length);
    return new ByteArrayInputStream(bytes, begin, (int) Math.min(length, bytes.length - begin));
  }

  @Override
  public OptionalLong size(BlobName name) {
    byte[] bytes = blobs.get(name);
    return bytes == null ? OptionalLong.empty() : OptionalLong.of(bytes.length);
  }

  @Override
  public boolean delete(BlobName name) {
    return blobs.remove(name) != null;
  }

  @Override
  public List<BlobName> list(BlobName under) {
    return blobs.keySet().stream()
        .filter(each -> each.value().startsWith(under.value() + "/"))
        .toList();
  }
}
