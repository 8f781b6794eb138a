package io.penstock.broker.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.blobs.BlobWriter;
import io.penstock.broker.blobs.ForwardingStore;
import io.penstock.broker.blobs.NoSuchBlobException;
import io.penstock.broker.blobs.StoreUnavailableException;
import java.io.IOException;
import java.io.InputStream;

/** Counts the calls that a store of files could not serve, and passes each of them on. */
final class CountingStore extends ForwardingStore {

  private final Counter unavailable;
  private final Counter failed;

  CountingStore(BlobStore store, MeterRegistry registry, String name) {
    super(store);
    this.unavailable = counter(registry, name, "unavailable");
    this.failed = counter(registry, name, "failed");
  }

  /** An alert can see the first increase only of a counter that was there before. */
  private static Counter counter(MeterRegistry registry, String name, String kind) {
    return Counter.builder(name)
        .description("Calls that the store of files did not answer in time, or refused")
        .tag("kind", kind)
        .register(registry);
  }

  @Override
  protected <T> T around(Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (NoSuchBlobException known) {
      throw known;
    } catch (StoreUnavailableException passing) {
      unavailable.increment();
      throw passing;
    } catch (IOException lasting) {
      failed.increment();
      throw lasting;
    }
  }

  private void act(Action action) throws IOException {
    boolean _ = around(action.asCall());
  }

  @Override
  public BlobWriter create(BlobName name) throws IOException {
    return new Writer(super.create(name));
  }

  @Override
  public InputStream read(BlobName name, long from, long length) throws IOException {
    return new Reader(super.read(name, from, length));
  }

  private final class Reader extends InputStream {

    private final InputStream in;

    Reader(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      return around(in::read);
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      return around(() -> in.read(into, from, length));
    }

    @Override
    public long skip(long bytes) throws IOException {
      return around(() -> in.skip(bytes));
    }

    @Override
    public int available() throws IOException {
      return around(in::available);
    }

    @Override
    public void close() throws IOException {
      act(in::close);
    }
  }

  private final class Writer extends BlobWriter {

    private final BlobWriter writer;

    Writer(BlobWriter writer) {
      this.writer = writer;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      act(() -> writer.write(bytes, from, length));
    }

    @Override
    public void flush() throws IOException {
      act(writer::flush);
    }

    @Override
    public void commit() throws IOException {
      act(writer::commit);
    }

    @Override
    public void close() throws IOException {
      act(writer::close);
    }
  }
}
