package io.penstock.broker.webhooks.endpoints;

import io.penstock.broker.home.StateListener;
import java.time.DateTimeException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The endpoints of all tenants, as this instance has read them from the front topic. Safe for use
 * by many threads.
 */
public final class EndpointDirectory implements StateListener {

  private static final Logger LOG = LoggerFactory.getLogger(EndpointDirectory.class);

  private static final Comparator<WebhookEndpoint> OLDEST_FIRST =
      Comparator.comparing(WebhookEndpoint::createdAt).thenComparing(WebhookEndpoint::id);

  /** All endpoints, by id and by tenant. */
  private static final class Known {

    private final Map<String, WebhookEndpoint> byId = new ConcurrentHashMap<>();
    private final Map<String, Map<String, WebhookEndpoint>> byTenant = new ConcurrentHashMap<>();
    private final Map<String, EndpointStatus> statuses = new ConcurrentHashMap<>();

    void put(WebhookEndpoint endpoint) {
      byId.put(endpoint.id(), endpoint);
      byTenant.compute(
          endpoint.tenant(),
          (_, before) -> {
            Map<String, WebhookEndpoint> after =
                before == null ? new HashMap<>() : new HashMap<>(before);
            after.put(endpoint.id(), endpoint);
            return Map.copyOf(after);
          });
    }

    void remove(String id) {
      WebhookEndpoint removed = byId.remove(id);
      if (removed != null) {
        byTenant.computeIfPresent(
            removed.tenant(),
            (_, before) -> {
              Map<String, WebhookEndpoint> after = new HashMap<>(before);
              after.remove(id);
              return after.isEmpty() ? null : Map.copyOf(after);
            });
      }
    }
  }

  private volatile Known known = new Known();
  private volatile boolean ready;

  /** What is being read; the same once all was read. */
  private Known reading = known;

  @Override
  public void beginning() {
    reading = new Known();
  }

  @Override
  public void upToDate() {
    known = reading;
    ready = true;
  }

  @Override
  public void entry(String kind, String id, byte @Nullable [] document) {
    try {
      if (kind.equals(EndpointCodec.KIND)) {
        if (document == null) {
          reading.remove(id);
        } else {
          reading.put(EndpointCodec.endpoint(document));
        }
      } else if (kind.equals(EndpointCodec.STATUS) && document != null) {
        // One that was removed says nothing that counts any more.
        reading.statuses.merge(id, EndpointCodec.status(document), EndpointStatus::and);
      }
    } catch (IllegalArgumentException | DateTimeException damaged) {
      LOG.warn("Ignoring the entry {}/{}: {}", kind, id, damaged.getMessage());
    }
  }

  /** Whether all endpoints were read once. */
  public boolean isReady() {
    return ready;
  }

  public Optional<WebhookEndpoint> find(String id) {
    return Optional.ofNullable(known.byId.get(id));
  }

  /** A tenant's endpoint; another tenant's looks as if there were none. */
  public Optional<WebhookEndpoint> find(String tenant, String id) {
    return find(id).filter(endpoint -> endpoint.tenant().equals(tenant));
  }

  /** A tenant's endpoints, the oldest first. */
  public List<WebhookEndpoint> of(String tenant) {
    return known.byTenant.getOrDefault(tenant, Map.of()).values().stream()
        .sorted(OLDEST_FIRST)
        .toList();
  }

  public EndpointStatus status(String id) {
    return known.statuses.getOrDefault(id, EndpointStatus.NONE);
  }

  /** Whether its receiver has said that it is gone, since it was last enabled. */
  public boolean isGone(WebhookEndpoint endpoint) {
    return status(endpoint.id())
        .goneAt()
        .filter(at -> at.isAfter(endpoint.enabledAt()))
        .isPresent();
  }

  /** Whether events are sent to an endpoint. */
  public boolean isActive(WebhookEndpoint endpoint) {
    return endpoint.enabled() && !isGone(endpoint);
  }

  /**
   * The tenant's endpoints that are to be told of an event: those that listen to its type, and the
   * one that is named.
   */
  public List<WebhookEndpoint> listening(String tenant, EventType type, Optional<String> named) {
    Map<String, WebhookEndpoint> all = known.byTenant.get(tenant);
    if (all == null) {
      return List.of();
    }
    return all.values().stream()
        .filter(
            each -> each.eventTypes().contains(type) || named.filter(each.id()::equals).isPresent())
        .filter(this::isActive)
        .sorted(OLDEST_FIRST)
        .toList();
  }
}
