package io.penstock.broker.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.RequestGateway;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * What one instance of the front counts. Tags have few values: a tenant, a key, an id or a path as
 * the caller wrote it is never one. Safe for use by many threads.
 */
public final class FrontMetrics {

  /** The direction of a forwarded call, as this instance sees it. */
  public enum Direction {
    /** Another instance answers it. */
    OUT,
    /** Another instance has passed it on to this one. */
    IN;

    private final String tag = name().toLowerCase(Locale.ROOT);
  }

  private static final String PREFIX = "penstock.front.";

  private final MeterRegistry registry;
  private final WebhookMetrics webhooks;
  private final AtomicInteger streams = new AtomicInteger();

  public FrontMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.webhooks = new WebhookMetrics(registry);
    registry.gauge(PREFIX + "streams", streams);
  }

  /** Shows how many callers wait for an answer. */
  public void showWaiting(IntSupplier count) {
    gauge("waiting", "Callers that wait for an answer or read a stream", count);
  }

  /** Shows how many partitions of results this instance owns. */
  public void showPartitions(IntSupplier count) {
    gauge("partitions", "Partitions of results that this instance owns", count);
  }

  /** Shows how many batches this instance works on. */
  public void showBatches(IntSupplier count) {
    gauge("batches", "Batches in progress whose home is here", count);
  }

  private void gauge(String name, String description, IntSupplier count) {
    Gauge.builder(PREFIX + name, count, IntSupplier::getAsInt)
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  /**
   * A call was answered.
   *
   * @param path the template of its path, such as {@code /v1/requests/{id}}
   * @param begun how long it took until the answer began
   */
  public void answered(String method, String path, int status, Duration begun) {
    registry
        .timer(
            PREFIX + "requests", "method", method, "path", path, "status", Integer.toString(status))
        .record(begun);
  }

  /**
   * A call was refused.
   *
   * @param code why: one of the front's own error codes
   */
  public void refused(String code) {
    registry.counter(PREFIX + "refused", "code", code).increment();
  }

  /** A call passed between instances. */
  public void forwarded(Direction direction) {
    registry.counter(PREFIX + "forwarded", "direction", direction.tag).increment();
  }

  /** What is counted of webhooks. */
  public WebhookMetrics webhooks() {
    return webhooks;
  }

  public void streamBegan() {
    streams.incrementAndGet();
  }

  public void streamEnded() {
    streams.decrementAndGet();
  }

  /** The same gateway, which counts what is handed over by class, and lines of batches. */
  public RequestGateway counting(RequestGateway gateway) {
    return new CountingGateway(gateway, registry, PREFIX);
  }

  /** The same store, which counts what it could not do. */
  public BlobStore counting(BlobStore store) {
    return new CountingStore(store, registry, PREFIX + "files.failures");
  }

  /** Counts take-overs, and the answers to lines of batches. */
  public PartitionListener listener() {
    return new CountingListener(
        counter("takeovers", "Partitions that this instance has taken over"),
        counter("losses", "Partitions that this instance has lost or given up"),
        status ->
            registry
                .counter(
                    PREFIX + "lines.answered", "status", status.name().toLowerCase(Locale.ROOT))
                .increment());
  }

  private Counter counter(String name, String description) {
    return Counter.builder(PREFIX + name).description(description).register(registry);
  }
}
