package io.penstock.broker.webhooks.delivery;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.webhooks.endpoints.EventType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Something has ended.
 *
 * @param tenant whose it was
 * @param type how it ended
 * @param subject its id
 * @param at when
 * @param home what its home follows from: the {@code replyKey} of a request, or else its id
 * @param named an endpoint that is told whatever it listens to
 */
public record WebhookEvent(
    String tenant,
    EventType type,
    String subject,
    Instant at,
    String home,
    Optional<String> named) {

  private static final int DIGITS = 32;

  /**
   * The id of the event, and {@code webhook-id} of all its deliveries. It follows from the event
   * alone, so that whoever sees the same end twice gives it the same id.
   */
  public String id() {
    String text = String.join("\n", tenant, type.wire(), subject, at.toString());
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "evt_" + HexFormat.of().formatHex(hash).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  /** What is sent, the same at each attempt. */
  public String body() {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", id())
            .put("object", "event")
            .put("type", type.wire())
            .put("created_at", at.getEpochSecond());
    json.putObject("data").put("id", subject);
    return json.toString();
  }
}
