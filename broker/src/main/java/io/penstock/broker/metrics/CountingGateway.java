package io.penstock.broker.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.penstock.broker.home.RequestGateway;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Counts what the log has taken. */
final class CountingGateway implements RequestGateway {

  private final RequestGateway gateway;
  private final MeterRegistry registry;
  private final String prefix;

  CountingGateway(RequestGateway gateway, MeterRegistry registry, String prefix) {
    this.gateway = gateway;
    this.registry = registry;
    this.prefix = prefix;
  }

  @Override
  public CompletableFuture<Void> submit(InferenceRequest request, @Nullable String traceparent) {
    return gateway.submit(request, traceparent).thenRun(() -> count(request));
  }

  private void count(InferenceRequest request) {
    String serviceClass =
        request.getServiceClass().orElse(ServiceClass.STANDARD).name().toLowerCase(Locale.ROOT);
    registry
        .counter(
            prefix + (request.getBatchId().isPresent() ? "lines.fed" : "submitted"),
            "class",
            serviceClass)
        .increment();
  }

  @Override
  public CompletableFuture<Void> cancel(String tenant, String id) {
    return gateway
        .cancel(tenant, id)
        .thenRun(() -> registry.counter(prefix + "cancellations").increment());
  }
}
