package io.penstock.broker.webhooks.delivery;

import io.penstock.broker.home.HomeException;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateEntry;
import io.penstock.broker.home.StateWriter;
import io.penstock.broker.webhooks.endpoints.EndpointCodec;
import io.penstock.schemas.reading.RecordFaults;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is kept of the deliveries that are at home in one partition, from a take-over until the
 * partition is lost. Any thread may leave a result; everything else is for one thread.
 */
final class PartitionDeliveries {

  private static final Logger LOG = LoggerFactory.getLogger(PartitionDeliveries.class);
  private static final long UNKNOWN = -1;

  /** An event that somebody may have to be told of, and the offset of its result. */
  record Note(long offset, WebhookEvent event) {}

  private final int partition;
  private final StateWriter writer;

  /**
   * The notes of results whose events are not recorded yet: those from the saved position on. The
   * thread of the deliveries takes them out as fast as they are read, once it knows the endpoints.
   * A note is a few ids, never a body, so that even those of a long outage are small.
   */
  private final Queue<Note> notes = new ConcurrentLinkedQueue<>();

  private final AtomicLong heardUpTo = new AtomicLong(UNKNOWN);
  private volatile boolean caughtUp;

  private final Map<String, Delivery> pending = new HashMap<>();
  private final Map<String, Integer> pendingByEndpoint = new HashMap<>();

  /** The dead letters of each endpoint, the oldest first. */
  private final Map<String, Map<String, DeadLetter>> dead = new HashMap<>();

  private int deadLetters;

  /** The endpoints of which this partition holds a status. */
  private final Set<String> statuses = new HashSet<>();

  /** The position that a predecessor has left. */
  private final long takenFrom;

  /** The first offset whose event, if it has one, is not recorded yet. */
  private long position = UNKNOWN;

  private long saved = UNKNOWN;
  private Instant savedAt = Instant.MIN;
  private boolean ended;

  /**
   * @param entries what a predecessor left
   */
  PartitionDeliveries(int partition, Collection<StateEntry> entries, StateWriter writer) {
    this.partition = partition;
    this.writer = writer;
    entries.forEach(this::read);
    List<DeadLetter> letters =
        dead.values().stream()
            .flatMap(each -> each.values().stream())
            .sorted(Comparator.comparing(DeadLetter::at))
            .toList();
    dead.clear();
    deadLetters = 0;
    letters.forEach(this::buried);
    position = saved;
    takenFrom = saved;
  }

  private void read(StateEntry entry) {
    RecordFaults.guard(
        () -> decode(entry),
        damaged -> LOG.warn("Ignoring the entry {}: {}", entry.key(), damaged.toString()));
  }

  private void decode(StateEntry entry) {
    switch (entry.kind()) {
      case DeliveryCodec.PENDING -> began(DeliveryCodec.delivery(entry.document()));
      case DeliveryCodec.DEAD -> buried(DeliveryCodec.deadLetter(entry.document()));
      case DeliveryCodec.POSITION -> saved = DeliveryCodec.position(entry);
      case EndpointCodec.STATUS -> {
        boolean _ = statuses.add(entry.id());
      }
      default -> {
        // It belongs to others.
      }
    }
  }

  int partition() {
    return partition;
  }

  /**
   * Writes. Once it lasts, and if the partition is still owned, it goes on.
   *
   * @param self runs what follows on the thread of this object
   * @return completed on that thread after {@code after} has run; exceptionally if it may not have
   *     been written
   */
  CompletableFuture<Void> write(List<StateChange> changes, Executor self, Runnable after) {
    return writer
        .write(changes)
        .handleAsync(
            (_, failed) -> {
              if (failed != null) {
                notWritten(failed);
                throw new CompletionException(failed);
              }
              if (!ended) {
                after.run();
              }
              return null;
            },
            self);
  }

  /**
   * A writer that has lost its partition writes nothing more: the partition is taken over anew,
   * here or elsewhere, and what was written is read again. Anything else concerns these changes
   * alone, and the deliveries of others go on.
   */
  private void notWritten(Throwable why) {
    if (why instanceof HomeException) {
      LOG.debug("Deliveries could not be written", why);
      end();
    } else {
      LOG.error("Deliveries of partition {} can never be written", partition, why);
    }
  }

  /** From where results are needed; empty if no owner has said so yet. */
  OptionalLong from() {
    return saved == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(saved);
  }

  /**
   * Leaves a result. Results of before the saved position are heard again if other listeners need
   * them, and leave nothing. Called by the thread that reads results.
   *
   * @return whether it may be an event
   */
  boolean heard(ResultRecord record) {
    Optional<WebhookEvent> event =
        record.isFirst() && record.offset() >= takenFrom
            ? ResultEvents.of(record.result())
            : Optional.empty();
    event.ifPresent(each -> notes.add(new Note(record.offset(), each)));
    heardUpTo.accumulateAndGet(record.offset() + 1, Math::max);
    return event.isPresent();
  }

  /** All results of before the take-over were heard. Called by any thread. */
  void caughtUp() {
    caughtUp = true;
  }

  /** Takes a note out whose event is not recorded yet. */
  Optional<Note> nextNote() {
    for (Note note = notes.poll(); note != null; note = notes.poll()) {
      if (note.offset() >= position) {
        position = note.offset() + 1;
        return Optional.of(note);
      }
    }
    return Optional.empty();
  }

  /** What was heard up to now, to be asked for before the notes. */
  long heardUpTo() {
    return heardUpTo.get();
  }

  /** All results before this offset have their events recorded. */
  void recordedUpTo(long offset) {
    position = Math.max(position, caughtUp ? Math.max(0, offset) : offset);
  }

  /** Whether the position is to be written although there is no event to go with it. */
  boolean isPositionDue(Instant now, Duration pause) {
    return position != saved && (saved == UNKNOWN || !savedAt.plus(pause).isAfter(now));
  }

  /** The position, which is about to be written. */
  StateEntry position(Instant now) {
    saved = position;
    savedAt = now;
    return DeliveryCodec.position(partition, position);
  }

  void began(Delivery delivery) {
    if (pending.put(delivery.id(), delivery) == null) {
      pendingByEndpoint.merge(delivery.endpoint(), 1, Integer::sum);
    }
  }

  void ended(String id) {
    Delivery delivery = pending.remove(id);
    if (delivery != null) {
      pendingByEndpoint.computeIfPresent(
          delivery.endpoint(), (_, count) -> count == 1 ? null : count - 1);
    }
  }

  Collection<Delivery> pending() {
    return pending.values();
  }

  boolean isPending(String id) {
    return pending.containsKey(id);
  }

  /** How many deliveries to an endpoint are here. */
  int countPending(String endpoint) {
    return pendingByEndpoint.getOrDefault(endpoint, 0);
  }

  /** How many dead letters of an endpoint are here. */
  int countDeadLetters(String endpoint) {
    return dead.getOrDefault(endpoint, Map.of()).size();
  }

  void buried(DeadLetter letter) {
    Map<String, DeadLetter> letters =
        dead.computeIfAbsent(letter.delivery().endpoint(), _ -> new LinkedHashMap<>());
    if (letters.put(letter.id(), letter) == null) {
      deadLetters++;
    }
  }

  /** How many dead letters there are. */
  int countDeadLetters() {
    return deadLetters;
  }

  Optional<DeadLetter> oldestDeadLetter(String endpoint) {
    return dead.getOrDefault(endpoint, Map.of()).values().stream().findFirst();
  }

  Optional<DeadLetter> deadLetter(String id) {
    return dead.values().stream()
        .flatMap(each -> Optional.ofNullable(each.get(id)).stream())
        .findFirst();
  }

  List<DeadLetter> deadLetters() {
    return dead.values().stream().flatMap(each -> each.values().stream()).toList();
  }

  void exhumed(DeadLetter letter) {
    dead.computeIfPresent(
        letter.delivery().endpoint(),
        (_, letters) -> {
          if (letters.remove(letter.id()) != null) {
            deadLetters--;
          }
          return letters.isEmpty() ? null : letters;
        });
  }

  Set<String> statuses() {
    return statuses;
  }

  /** Nothing can be written any more. */
  void end() {
    ended = true;
  }

  boolean isEnded() {
    return ended;
  }
}
