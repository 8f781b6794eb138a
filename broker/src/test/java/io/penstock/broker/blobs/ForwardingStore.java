package io.penstock.broker.blobs;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/** Passes each call on to another store. A test overrides what it looks at. */
public class ForwardingStore implements BlobStore {

  private final BlobStore store;

  protected ForwardingStore(BlobStore store) {
    this.store = store;
  }

  /** The store that a call goes to. */
  protected BlobStore store() throws IOException {
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
