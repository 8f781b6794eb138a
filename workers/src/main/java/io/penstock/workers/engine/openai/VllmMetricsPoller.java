package io.penstock.workers.engine.openai;

import io.penstock.schemas.text.Printable;
import io.penstock.workers.engine.EngineLoad;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads vLLM's metrics on one thread of its own. Logs when they come and when they are lost, not in
 * between. The key is not sent: vLLM serves its metrics without one.
 *
 * <p>vLLM's numbers lag by seconds and read 0 at first. So the calls this worker itself has open
 * count at least as waiting; and while the server shows fewer than those, its free KV cache is not
 * believed either.
 */
final class VllmMetricsPoller implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(VllmMetricsPoller.class);
  private static final int MAX_BYTES = 8 << 20;
  private static final Duration MAX_WAIT = Duration.ofSeconds(5);

  private record Sample(VllmMetrics metrics, Instant at) {}

  private final HttpClient client;
  private final OpenAiConfig.Metrics from;
  private final InstantSource clock;
  private final IntSupplier openCalls;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("vllm-metrics").factory());
  private volatile @Nullable Sample last;
  private @Nullable Boolean available;

  VllmMetricsPoller(
      HttpClient client, OpenAiConfig.Metrics from, InstantSource clock, IntSupplier openCalls) {
    this.client = client;
    this.from = from;
    this.clock = clock;
    this.openCalls = openCalls;
    long millis = from.interval().toMillis();
    var _ = thread.scheduleWithFixedDelay(this::poll, 0, millis, TimeUnit.MILLISECONDS);
  }

  Optional<EngineLoad> load() {
    Sample sample = last;
    if (sample == null || isStale(sample)) {
      return Optional.empty();
    }
    VllmMetrics metrics = sample.metrics();
    int ours = openCalls.getAsInt();
    boolean lagging = metrics.running() + metrics.waiting() < ours;
    return Optional.of(
        new EngineLoad(
            metrics.running(),
            Math.max(metrics.waiting(), ours - metrics.running()),
            OptionalLong.empty(),
            lagging ? OptionalLong.empty() : metrics.freeKvTokens(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            sample.at()));
  }

  private boolean isStale(Sample sample) {
    return Duration.between(sample.at(), clock.instant()).compareTo(from.staleAfter()) > 0;
  }

  private void poll() {
    try {
      Instant at = clock.instant();
      HttpResponse<byte[]> response =
          client.send(
              HttpRequest.newBuilder(from.url()).timeout(MAX_WAIT).GET().build(),
              BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BYTES));
      Optional<VllmMetrics> metrics =
          response.statusCode() == 200
              ? VllmMetrics.parse(new String(response.body(), StandardCharsets.UTF_8))
              : Optional.empty();
      if (metrics.isPresent()) {
        last = new Sample(metrics.get(), at);
        note(true, "");
      } else {
        lost("status " + response.statusCode() + " without vLLM's request counts");
      }
    } catch (IOException e) {
      lost(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // A scheduled task that throws would never run again.
      lost(e.toString());
    }
  }

  private void lost(String why) {
    Sample sample = last;
    if (sample == null || isStale(sample)) {
      note(false, why);
    }
  }

  private void note(boolean now, String why) {
    if (available != null && available == now) {
      return;
    }
    available = now;
    if (now) {
      LOG.info("Reading engine metrics at {}", from.url());
    } else {
      LOG.warn(
          "engine metrics at {} are not to be had ({}); capacity rests on slots and the adaptive"
              + " limit",
          from.url(),
          Printable.of(why, 300));
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
