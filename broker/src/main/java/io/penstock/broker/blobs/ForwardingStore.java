package io.penstock.broker.blobs;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/**
 * Passes each call on to another store. A subclass overrides {@link #around} to do something for
 * all calls, and a method of {@link BlobStore} to do something for its calls alone.
 */
public class ForwardingStore implements BlobStore {

  private final BlobStore store;

  protected ForwardingStore(BlobStore store) {
    this.store = store;
  }

  /** A call that returns something. */
  @FunctionalInterface
  protected interface Call<T> {
    T run() throws IOException;
  }

  /** A call that returns nothing. */
  @FunctionalInterface
  protected interface Action {

    void run() throws IOException;

    /** The same as a call whose result says nothing. */
    default Call<Boolean> asCall() {
      return () -> {
        run();
        return true;
      };
    }
  }

  /** The store that calls are passed on to. */
  protected final BlobStore store() {
    return store;
  }

  /** Makes a call to the store. */
  protected <T> T around(Call<T> call) throws IOException {
    return call.run();
  }

  @Override
  public BlobWriter create(BlobName name) throws IOException {
    return around(() -> store.create(name));
  }

  @Override
  public InputStream read(BlobName name, long from, long length) throws IOException {
    return around(() -> store.read(name, from, length));
  }

  @Override
  public OptionalLong size(BlobName name) throws IOException {
    return around(() -> store.size(name));
  }

  @Override
  public boolean delete(BlobName name) throws IOException {
    return around(() -> store.delete(name));
  }

  @Override
  public List<BlobName> list(BlobName under, Instant before) throws IOException {
    return around(() -> store.list(under, before));
  }

  @Override
  public void sweep(Instant now, Duration age) throws IOException {
    Action sweep = () -> store.sweep(now, age);
    boolean _ = around(sweep.asCall());
  }
}
