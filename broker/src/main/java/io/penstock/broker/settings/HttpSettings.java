package io.penstock.broker.settings;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How the HTTP front runs.
 *
 * @param host the address to listen on; other than loopback only with {@code keys.required}
 * @param port 1 to 65535, or 0 for a free one
 * @param advertised where other instances reach this one, such as {@code http://10.0.0.7:8080};
 *     empty: by its host and port, which a host such as 0.0.0.0 does not allow
 * @param keys who may call
 * @param waits how long requests may wait, by class
 * @param connections bounds of what one connection may do
 * @param memory bounds of what an instance keeps in memory
 * @param files where files lie, and how long they are kept
 * @param webhooks how webhooks are sent
 * @param responses what is kept of stored responses
 * @param sessionTimeout how long an instance may be silent before others take its partitions; no
 *     shorter than the broker's {@code group.min.session.timeout.ms}
 * @param drain how long a stopping instance waits for the requests that it holds
 */
public record HttpSettings(
    String host,
    int port,
    Optional<String> advertised,
    KeySettings keys,
    WaitSettings waits,
    ConnectionSettings connections,
    MemorySettings memory,
    FileSettings files,
    WebhookSettings webhooks,
    ResponseSettings responses,
    Duration sessionTimeout,
    Duration drain) {

  private static final int MOST_PORT = 65_535;

  /** On loopback, port 8080, without keys. */
  public static final HttpSettings DEFAULT =
      new HttpSettings(
          "127.0.0.1",
          8080,
          Optional.empty(),
          KeySettings.DEFAULT,
          WaitSettings.DEFAULT,
          ConnectionSettings.DEFAULT,
          MemorySettings.DEFAULT,
          FileSettings.DEFAULT,
          WebhookSettings.DEFAULT,
          ResponseSettings.DEFAULT,
          Duration.ofSeconds(6),
          Duration.ofSeconds(10));

  public HttpSettings {
    if (host.isBlank()) {
      throw new IllegalArgumentException("host is empty; give an address such as 127.0.0.1");
    }
    if (port < 0 || port > MOST_PORT) {
      throw new IllegalArgumentException(
          "port is %d; it must be from 1 to %d, or 0 for a free one".formatted(port, MOST_PORT));
    }
    advertised.ifPresent(HttpSettings::requireBase);
    if (!keys.required() && !isLoopback(host)) {
      throw new IllegalArgumentException(
          "host is %s and keys.required is false: whoever reaches it could use it; set keys.required to true, or host to 127.0.0.1"
              .formatted(host));
    }
    if (advertised.isEmpty() && isWildcard(host)) {
      throw new IllegalArgumentException(
          "advertised is empty and host is %s, at which no other instance can reach this one; set advertised to a base such as http://10.0.0.7:8080"
              .formatted(host));
    }
    Bounds.require("sessionTimeout", sessionTimeout, Duration.ofSeconds(1), Duration.ofMinutes(5));
    Bounds.require("drain", drain, Duration.ZERO, Duration.ofMinutes(10));
  }

  /** The same on another port. */
  public HttpSettings withPort(int other) {
    return changed(draft -> draft.port = other);
  }

  /** The same with other rules on who may call. */
  public HttpSettings withKeys(KeySettings other) {
    return changed(draft -> draft.keys = other);
  }

  /** The same with other waits. */
  public HttpSettings withWaits(WaitSettings other) {
    return changed(draft -> draft.waits = other);
  }

  /** The same with other bounds of connections. */
  public HttpSettings withConnections(ConnectionSettings other) {
    return changed(draft -> draft.connections = other);
  }

  /** The same with other bounds of memory. */
  public HttpSettings withMemory(MemorySettings other) {
    return changed(draft -> draft.memory = other);
  }

  /** The same with other rules for files. */
  public HttpSettings withFiles(FileSettings other) {
    return changed(draft -> draft.files = other);
  }

  /** The same with other rules for webhooks. */
  public HttpSettings withWebhooks(WebhookSettings other) {
    return changed(draft -> draft.webhooks = other);
  }

  /** The same with other rules for stored responses. */
  public HttpSettings withResponses(ResponseSettings other) {
    return changed(draft -> draft.responses = other);
  }

  /** The same with another session time-out. */
  public HttpSettings withSessionTimeout(Duration other) {
    return changed(draft -> draft.sessionTimeout = other);
  }

  /** The same with another time for those who wait while it stops. */
  public HttpSettings withDrain(Duration other) {
    return changed(draft -> draft.drain = other);
  }

  private HttpSettings changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.build();
  }

  /** Settings of which some are about to change. */
  private static final class Draft {
    private final String host;
    private final Optional<String> advertised;
    private int port;
    private KeySettings keys;
    private WaitSettings waits;
    private ConnectionSettings connections;
    private MemorySettings memory;
    private FileSettings files;
    private WebhookSettings webhooks;
    private ResponseSettings responses;
    private Duration sessionTimeout;
    private Duration drain;

    private Draft(HttpSettings from) {
      host = from.host;
      advertised = from.advertised;
      port = from.port;
      keys = from.keys;
      waits = from.waits;
      connections = from.connections;
      memory = from.memory;
      files = from.files;
      webhooks = from.webhooks;
      responses = from.responses;
      sessionTimeout = from.sessionTimeout;
      drain = from.drain;
    }

    private HttpSettings build() {
      return new HttpSettings(
          host,
          port,
          advertised,
          keys,
          waits,
          connections,
          memory,
          files,
          webhooks,
          responses,
          sessionTimeout,
          drain);
    }
  }

  private static void requireBase(String address) {
    URI uri;
    try {
      uri = URI.create(address);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(notBase(address), malformed);
    }
    boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    boolean root = uri.getPath() == null || uri.getPath().isEmpty() || "/".equals(uri.getPath());
    if (!http || uri.getHost() == null || !root || uri.getUserInfo() != null) {
      throw new IllegalArgumentException(notBase(address));
    }
  }

  private static String notBase(String address) {
    return "advertised is '%s'; give a base such as http://10.0.0.7:8080".formatted(address);
  }

  private static boolean isWildcard(String host) {
    try {
      return InetAddress.getByName(host).isAnyLocalAddress();
    } catch (UnknownHostException unknown) {
      return false;
    }
  }

  /** A name is looked up, so that one that leads elsewhere is not taken for loopback. */
  private static boolean isLoopback(String host) {
    try {
      for (InetAddress each : InetAddress.getAllByName(host)) {
        if (!each.isLoopbackAddress()) {
          return false;
        }
      }
      return true;
    } catch (UnknownHostException unknown) {
      return false;
    }
  }
}
