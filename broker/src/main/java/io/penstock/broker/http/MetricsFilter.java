package io.penstock.broker.http;

import io.micronaut.core.order.Ordered;
import io.micronaut.http.BasicHttpAttributes;
import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.penstock.broker.metrics.FrontMetrics;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** Counts calls and their answers. It is the outermost filter, so it sees refusals as well. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class MetricsFilter implements Ordered {

  /** Names the error that an answer tells of. */
  static final String ERROR_CODE = "penstock.error-code";

  /** Says that another instance has given the answer. */
  static final String FORWARDED = "penstock.forwarded";

  private static final String BEGUN = "penstock.begun";
  private static final String UNKNOWN = "unknown";
  private static final String OTHER = "other";

  private final FrontMetrics metrics;

  MetricsFilter(FrontMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE;
  }

  @RequestFilter
  void begin(HttpRequest<?> request) {
    request.setAttribute(BEGUN, System.nanoTime());
    if (request.getHeaders().contains(Forwarding.FORWARDED)) {
      metrics.forwarded(FrontMetrics.Direction.IN);
    }
  }

  @ResponseFilter
  void end(HttpRequest<?> request, MutableHttpResponse<?> response) {
    long now = System.nanoTime();
    long begun = request.getAttribute(BEGUN, Long.class).orElse(now);
    metrics.answered(
        method(request), template(request), response.code(), Duration.ofNanos(now - begun));
    response.getAttribute(ERROR_CODE, String.class).ifPresent(metrics::refused);
    if (response.getAttribute(FORWARDED).isPresent()) {
      metrics.forwarded(FrontMetrics.Direction.OUT);
    }
    if (response.getContentType().filter(MetricsFilter::isEvents).isPresent()
        && response.body() instanceof Publisher<?> events) {
      countStream(response, events);
    }
  }

  /** HTTP lets callers invent methods; each name would be a time series of its own. */
  private static String method(HttpRequest<?> request) {
    return request.getMethod() == HttpMethod.CUSTOM ? OTHER : request.getMethodName();
  }

  /** Paths that lead nowhere are whatever a caller makes up. */
  private static String template(HttpRequest<?> request) {
    return BasicHttpAttributes.getUriTemplate(request).orElse(UNKNOWN);
  }

  private static boolean isEvents(MediaType type) {
    return type.getName().startsWith("text/event-stream");
  }

  private <T> void countStream(MutableHttpResponse<?> response, Publisher<T> events) {
    AtomicBoolean open = new AtomicBoolean();
    response.body(
        Flux.from(events)
            .doOnSubscribe(
                _ -> {
                  if (open.compareAndSet(false, true)) {
                    metrics.streamBegan();
                  }
                })
            .doFinally(
                _ -> {
                  if (open.compareAndSet(true, false)) {
                    metrics.streamEnded();
                  }
                }));
  }
}
