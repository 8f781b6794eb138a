package io.penstock.broker.blobs;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** A store that can be made to fail. What is open already goes on. */
public final class FailingStore implements BlobStore {

  private final BlobStore store = new MemoryStore();
  private volatile Optional<Supplier<IOException>> failure = Optional.empty();

  /** Fails from now on, or no more. */
  public void fail(Optional<Supplier<IOException>> with) {
    failure = with;
  }

  private BlobStore store() throws IOException {
    Optional<Supplier<IOException>> failing = failure;
    if (failing.isPresent()) {
      throw failing.get().get();
    }
    return store;
  }

  @Override
  public BlobWriter create(BlobName name) throws IOException {
    return store().create(name);
  }

  @Override
  public InputStream read(BlobName name, long from, long length) throws IOException {
    return store().read(name, from, length);
  }

  @Override
  public OptionalLong size(BlobName name) throws IOException {
    return store().size(name);
  }

  @Override
  public boolean delete(BlobName name) throws IOException {
    return store().delete(name);
  }

  @Override
  public List<BlobName> list(BlobName under, Instant before) throws IOException {
    return store().list(under, before);
  }

  @Override
  public void sweep(Instant now, Duration age) throws IOException {
    store().sweep(now, age);
  }
}
