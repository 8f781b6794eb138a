package io.penstock.broker.submission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.home.Home;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.StateWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * What was asked under idempotency keys, which outlives the instance: the same key with another
 * body is refused before it is sent, whoever owns its home by then. Safe for use by many threads;
 * no method waits.
 */
public final class IdempotencyKeys implements PartitionListener {

  static final String KIND = "idempotency-key";

  /** As long as OpenAI's clients could still try again, and far longer than they do. */
  private static final Duration RETENTION = Duration.ofHours(24);

  private static final int MOST = 50_000;

  private final Homes homes;
  private final HomeNotes<String> fingerprints;

  /** A note is the fingerprint of what was asked. */
  private static final class Fingerprint implements HomeNotes.Format<String> {

    @Override
    public void write(String note, ObjectNode json) {
      json.put("fingerprint", note);
    }

    @Override
    public String read(JsonNode json) {
      return json.path("fingerprint").asText();
    }
  }

  public IdempotencyKeys(Homes homes) {
    this(homes, MOST);
  }

  IdempotencyKeys(Homes homes, int most) {
    this.homes = homes;
    this.fingerprints = new HomeNotes<>(KIND, most, RETENTION, new Fingerprint());
  }

  /** What was asked under the key from which this id follows; empty if that is not known. */
  Optional<String> fingerprint(String tenant, String id) {
    return fingerprints.find(homes.of(id), tenant, id);
  }

  /**
   * Notes what is asked.
   *
   * @return completed once it lasts, as {@link StateWriter#write} says
   */
  CompletableFuture<Void> note(String tenant, String id, String fingerprint, Instant now) {
    return fingerprints.add(homes.of(id), tenant, id, fingerprint, now);
  }

  /** Forgets what has been kept for long enough. */
  public void sweep(Instant now) {
    fingerprints.sweep(now);
  }

  @Override
  public OptionalLong taken(Home home) {
    fingerprints.taken(home);
    return OptionalLong.empty();
  }

  @Override
  public void lost(int partition) {
    fingerprints.lost(partition);
  }
}
