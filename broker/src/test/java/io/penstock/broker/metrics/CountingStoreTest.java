package io.penstock.broker.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.blobs.BlobStoreContract;
import io.penstock.broker.blobs.FailingStore;
import io.penstock.broker.blobs.NoSuchBlobException;
import io.penstock.broker.blobs.StoreUnavailableException;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class CountingStoreTest extends BlobStoreContract {

  private static final BlobName NAME = BlobName.of("files", "1");

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final FailingStore failing = new FailingStore();
  private final BlobStore store = new FrontMetrics(registry).counting(failing);

  @Override
  protected BlobStore store() {
    return store;
  }

  @Test
  void eachCallThatTheStoreDoesNotServeCountsByWhetherItMayServeItLater() {
    assertThat(count("unavailable")).isZero();
    failing.fail(failure(() -> new StoreUnavailableException("away")));
    assertThatThrownBy(() -> store.create(NAME)).isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> store.read(NAME)).isInstanceOf(StoreUnavailableException.class);
    failing.fail(failure(() -> new IOException("no space left")));
    assertThatThrownBy(() -> store.list(NAME, Instant.MAX)).hasMessage("no space left");

    assertThat(count("unavailable")).isEqualTo(2);
    assertThat(count("failed")).isEqualTo(1);
  }

  @Test
  void aBlobThatIsNotThereIsNoFailureOfTheStore() {
    assertThatThrownBy(() -> store.read(NAME)).isInstanceOf(NoSuchBlobException.class);

    assertThat(count("unavailable") + count("failed")).isZero();
  }

  private static Optional<Supplier<IOException>> failure(Supplier<IOException> with) {
    return Optional.of(with);
  }

  private double count(String kind) {
    return registry.get("penstock.front.files.failures").tag("kind", kind).counter().count();
  }
}
