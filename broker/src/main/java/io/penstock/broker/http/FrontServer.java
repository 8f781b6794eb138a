package io.penstock.broker.http;

import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.graceful.GracefulShutdownCapable;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.scheduling.executor.ExecutorType;
import io.micronaut.web.router.Router;
import io.penstock.broker.connections.BodyBudget;
import io.penstock.broker.settings.HttpSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server with its controllers. */
public final class FrontServer implements AutoCloseable {

  /** A batch's input file may have 200 MB, and its form some more. */
  private static final long LARGEST_UPLOAD = 210L * 1024 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(FrontServer.class);
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(5);

  private final ApplicationContext context;
  private final EmbeddedServer server;

  private FrontServer(ApplicationContext context, EmbeddedServer server) {
    this.context = context;
    this.server = server;
  }

  /**
   * Starts to listen.
   *
   * @param maxBodyBytes the largest body that is read into memory
   * @param parts what controllers and filters are made with
   * @throws IllegalStateException if the address is in use, naming the setting
   */
  public static FrontServer start(
      HttpSettings settings, int maxBodyBytes, Collection<Object> parts) {
    ApplicationContext context =
        ApplicationContext.builder()
            .deduceEnvironment(false)
            .banner(false)
            .eagerInitSingletons(false)
            .properties(properties(settings, maxBodyBytes))
            .singletons(parts.toArray())
            .singletons(
                settings.connections(),
                new BodyBudget(settings.memory().maxBodyBytes(), maxBodyBytes))
            .start();
    try {
      EmbeddedServer server = context.getBean(EmbeddedServer.class).start();
      return new FrontServer(context, server);
    } catch (RuntimeException failed) {
      context.close();
      throw new IllegalStateException(
          "the HTTP front cannot listen on %s port %d: %s; choose another http.port, or 0 for a free one"
              .formatted(settings.host(), settings.port(), failed.getMessage()),
          failed);
    }
  }

  private static Map<String, Object> properties(HttpSettings settings, int maxBodyBytes) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("micronaut.application.name", "penstock-front");
    properties.put("micronaut.server.host", settings.host());
    properties.put("micronaut.server.port", settings.port() == 0 ? -1 : settings.port());
    properties.put("micronaut.server.max-request-size", Math.max(maxBodyBytes, LARGEST_UPLOAD));
    properties.put("micronaut.server.max-request-buffer-size", maxBodyBytes);
    properties.put("micronaut.server.idle-timeout", idle(settings));
    properties.put(
        "micronaut.server.netty.max-header-size", settings.connections().maxHeaderBytes());
    properties.put("micronaut.server.netty.max-initial-line-length", 8192);
    properties.put("micronaut.server.netty.request-decompression-enabled", false);
    // Each call that waits has a virtual thread. Without a type, the executor would be a pool of
    // two threads a processor, and so many callers who wait would keep out all others.
    properties.put("micronaut.executors.blocking.type", ExecutorType.THREAD_PER_TASK);
    properties.put("micronaut.executors.blocking.virtual", true);
    return properties;
  }

  /** A connection says nothing while its caller waits for an answer. */
  private static Duration idle(HttpSettings settings) {
    Duration longest = settings.waits().longestPoll();
    for (Duration each :
        java.util.List.of(
            settings.waits().interactive(),
            settings.waits().standard(),
            settings.waits().batch())) {
      longest = longest.compareTo(each) < 0 ? each : longest;
    }
    return longest.plus(settings.connections().idle());
  }

  /** What it serves, as {@code METHOD template}, such as {@code GET /v1/files/{id}}. */
  Set<String> routes() {
    return context
        .getBean(Router.class)
        .uriRoutes()
        .map(route -> route.getHttpMethodName() + " " + route.getUriMatchTemplate().toPathString())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The port that it listens on. */
  public int port() {
    return server.getPort();
  }

  /** Answers that are being written are written to their end, for a moment at most. */
  @Override
  public void close() {
    try {
      if (server instanceof GracefulShutdownCapable graceful) {
        graceful
            .shutdownGracefully()
            .toCompletableFuture()
            .get(LAST_ANSWERS.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException unwritten) {
      LOG.warn("Not every answer was written before the HTTP front stopped");
    } finally {
      context.close();
    }
  }
}
