package io.penstock.broker.submission;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.home.Home;
import io.penstock.broker.home.HomeLostException;
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
import java.util.concurrent.CompletableFuture;

/**
 * Notes on requests that outlive the instance: one for each request, kept in the request's home for
 * a fixed time. Each home has room for a fixed number, and the oldest make room. Safe for use by
 * many threads; no method waits.
 *
 * @param <N> what is noted
 */
final class HomeNotes<N> {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String kind;
  private final int most;
  private final Duration retention;
  private final Format<N> format;
  private final Map<Integer, Partition<N>> partitions = new HashMap<>();

  /** How a note is written as JSON, beside the tenant and the time. */
  interface Format<N> {

    void write(N note, ObjectNode json);

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if it makes no sense
     */
    N read(JsonNode json);
  }

  private record Entry<N>(String tenant, String id, Instant at, N note) {

    private String key() {
      return RequestKey.of(tenant, id);
    }
  }

  private record Partition<N>(StateWriter writer, Map<String, Entry<N>> notes) {}

  /**
   * @param kind of the entries
   * @param most notes in each home, 1 or more
   * @param retention how long a note is kept
   */
  HomeNotes(String kind, int most, Duration retention, Format<N> format) {
    this.kind = kind;
    this.most = most;
    this.retention = retention;
    this.format = format;
  }

  synchronized Optional<N> find(int home, String tenant, String id) {
    return Optional.ofNullable(partitions.get(home))
        .map(partition -> partition.notes.get(RequestKey.of(tenant, id)))
        .map(Entry::note);
  }

  /**
   * Notes something of a request, unless something is noted of it.
   *
   * @return completed once it lasts, as {@link StateWriter#write} says
   */
  synchronized CompletableFuture<Void> add(
      int home, String tenant, String id, N note, Instant now) {
    Partition<N> partition = partitions.get(home);
    if (partition == null) {
      return CompletableFuture.failedFuture(new HomeLostException(home));
    }
    Entry<N> entry = new Entry<>(tenant, id, now, note);
    if (partition.notes.putIfAbsent(entry.key(), entry) != null) {
      return CompletableFuture.completedFuture(null);
    }
    List<StateChange> changes = new ArrayList<>();
    changes.add(new StateChange.Put(new StateEntry(kind, id, encode(entry))));
    changes.addAll(forgotten(partition, now));
    return partition.writer.write(changes);
  }

  /** Removes the note on a request, if there is one. */
  synchronized void remove(int home, String tenant, String id) {
    Partition<N> partition = partitions.get(home);
    if (partition != null && partition.notes.remove(RequestKey.of(tenant, id)) != null) {
      var _ = partition.writer.write(List.of(new StateChange.Remove(kind, id)));
    }
  }

  /** The oldest come first, so those to be forgotten do. */
  private List<StateChange> forgotten(Partition<N> partition, Instant now) {
    List<StateChange> changes = new ArrayList<>();
    Iterator<Entry<N>> oldest = partition.notes.values().iterator();
    int count = partition.notes.size();
    while (oldest.hasNext()) {
      Entry<N> each = oldest.next();
      if (count <= most && each.at.plus(retention).isAfter(now)) {
        break;
      }
      oldest.remove();
      count--;
      changes.add(new StateChange.Remove(kind, each.id));
    }
    return changes;
  }

  /** Forgets what has been kept for long enough. */
  synchronized void sweep(Instant now) {
    for (Partition<N> partition : partitions.values()) {
      List<StateChange> changes = forgotten(partition, now);
      if (!changes.isEmpty()) {
        var _ = partition.writer.write(changes);
      }
    }
  }

  /** This instance owns the home now. */
  synchronized void taken(Home home) {
    Map<String, Entry<N>> notes = new LinkedHashMap<>();
    home.read(kind, this::decode).values().stream()
        .sorted(Comparator.comparing(Entry::at))
        .forEach(each -> notes.put(each.key(), each));
    partitions.put(home.partition(), new Partition<>(home.writer(), notes));
  }

  /** Another one owns it. */
  synchronized void lost(int home) {
    partitions.remove(home);
  }

  private byte[] encode(Entry<N> entry) {
    ObjectNode json = JSON.createObjectNode();
    json.put("tenant", entry.tenant).put("at", entry.at.toEpochMilli());
    format.write(entry.note, json);
    try {
      return JSON.writeValueAsBytes(json);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a tree can be written", impossible);
    }
  }

  private Entry<N> decode(StateEntry entry) {
    JsonNode json;
    try {
      json = JSON.readTree(entry.document());
    } catch (IOException malformed) {
      throw new IllegalArgumentException("the entry is not JSON", malformed);
    }
    return new Entry<>(
        json.path("tenant").asText(),
        entry.id(),
        Instant.ofEpochMilli(json.path("at").asLong()),
        format.read(json));
  }
}
