package io.penstock.broker.submission;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.broker.home.Home;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateEntry;
import io.penstock.broker.home.StateWriter;
import io.penstock.schemas.ids.RequestKey;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was asked under idempotency keys, which outlives the instance: the same key with another
 * body is refused before it is sent, whoever owns its home by then. Safe for use by many threads;
 * no method waits.
 */
public final class IdempotencyKeys implements PartitionListener {

  static final String KIND = "idempotency-key";

  private static final Logger LOG = LoggerFactory.getLogger(IdempotencyKeys.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** As long as OpenAI's clients could still try again, and far longer than they do. */
  private static final Duration RETENTION = Duration.ofHours(24);

  private static final int MOST = 50_000;

  private final Homes homes;
  private final int most;
  private final Map<Integer, Partition> partitions = new HashMap<>();

  private record Asked(String tenant, String id, String fingerprint, Instant at) {

    private String key() {
      return RequestKey.of(tenant, id);
    }
  }

  private record Partition(StateWriter writer, Map<String, Asked> asked) {}

  public IdempotencyKeys(Homes homes) {
    this(homes, MOST);
  }

  IdempotencyKeys(Homes homes, int most) {
    this.homes = homes;
    this.most = most;
  }

  /** What was asked under the key from which this id follows; empty if that is not known. */
  synchronized Optional<String> fingerprint(String tenant, String id) {
    return Optional.ofNullable(partitions.get(homes.of(id)))
        .map(partition -> partition.asked.get(RequestKey.of(tenant, id)))
        .map(Asked::fingerprint);
  }

  /**
   * Notes what is asked.
   *
   * @return completed once it lasts, as {@link StateWriter#write} says
   */
  synchronized CompletableFuture<Void> note(
      String tenant, String id, String fingerprint, Instant now) {
    Partition partition = partitions.get(homes.of(id));
    if (partition == null) {
      return CompletableFuture.failedFuture(new HomeLostException(homes.of(id)));
    }
    Asked asked = new Asked(tenant, id, fingerprint, now);
    if (partition.asked.containsKey(asked.key())) {
      return CompletableFuture.completedFuture(null);
    }
    partition.asked.put(asked.key(), asked);
    List<StateChange> changes = new ArrayList<>();
    changes.add(new StateChange.Put(new StateEntry(KIND, id, encode(asked))));
    changes.addAll(forgotten(partition, now));
    return partition.writer.write(changes);
  }

  /** The oldest come first, so those to be forgotten do. */
  private List<StateChange> forgotten(Partition partition, Instant now) {
    List<StateChange> changes = new ArrayList<>();
    Iterator<Asked> oldest = partition.asked.values().iterator();
    int count = partition.asked.size();
    while (oldest.hasNext()) {
      Asked each = oldest.next();
      if (count <= most && each.at.plus(RETENTION).isAfter(now)) {
        break;
      }
      oldest.remove();
      count--;
      changes.add(new StateChange.Remove(KIND, each.id));
    }
    return changes;
  }

  /** Forgets what has been kept for long enough. */
  public synchronized void sweep(Instant now) {
    for (Partition partition : partitions.values()) {
      List<StateChange> changes = forgotten(partition, now);
      if (!changes.isEmpty()) {
        var _ = partition.writer.write(changes);
      }
    }
  }

  @Override
  public synchronized OptionalLong taken(Home home) {
    Map<String, Asked> asked = new LinkedHashMap<>();
    home.entries().stream()
        .filter(entry -> entry.kind().equals(KIND))
        .flatMap(entry -> decode(entry).stream())
        .sorted(Comparator.comparing(Asked::at))
        .forEach(each -> asked.put(each.key(), each));
    partitions.put(home.partition(), new Partition(home.writer(), asked));
    return OptionalLong.empty();
  }

  @Override
  public synchronized void lost(int partition) {
    partitions.remove(partition);
  }

  private static byte[] encode(Asked asked) {
    try {
      return JSON.writeValueAsBytes(
          JSON.createObjectNode()
              .put("tenant", asked.tenant)
              .put("fingerprint", asked.fingerprint)
              .put("at", asked.at.toEpochMilli()));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a tree can be written", impossible);
    }
  }

  private static Optional<Asked> decode(StateEntry entry) {
    try {
      JsonNode json = JSON.readTree(entry.document());
      return Optional.of(
          new Asked(
              json.path("tenant").asText(),
              entry.id(),
              json.path("fingerprint").asText(),
              Instant.ofEpochMilli(json.path("at").asLong())));
    } catch (IOException damaged) {
      LOG.warn("Ignoring the idempotency key {}: {}", entry.id(), damaged.toString());
      return Optional.empty();
    }
  }
}
