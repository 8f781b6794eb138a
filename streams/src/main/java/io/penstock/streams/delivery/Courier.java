package io.penstock.streams.delivery;

import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.routing.ReplyTopicRule;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.streams.delivery.ReplyTopicStates.Treatment;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Settles results: each that names a reply topic is copied to it, held for another try, or becomes
 * a dead letter, in one transaction with the positions. If a reply topic fails, nothing is written,
 * what is known of the topic changes, and the rest is settled without it.
 *
 * <p>Penstock's own topic of results as JSON is no tenant's to repair. If it fails, nothing is
 * settled: {@link OwnTopicException} says so, and the results have to be read again. Only a result
 * that is too large for it becomes a dead letter. An instance belongs to one thread.
 */
final class Courier {

  /** How many held results are read again together: memory holds all their payloads. */
  static final int AGAIN_AT_ONCE = 20;

  /**
   * What it works with.
   *
   * @param routing where tenants' policies are
   * @param again reads the result at an offset; empty if the log no longer has it
   * @param position the next result that will be read of a partition
   */
  record Parts(
      DeliveryConfig config,
      ReplyTopicRule rule,
      Supplier<RoutingState> routing,
      Deserializer<InferenceResult> results,
      Topics topics,
      Transactions transactions,
      BiFunction<TopicPartition, Long, Optional<ConsumerRecord<byte[], byte[]>>> again,
      Function<TopicPartition, Long> position,
      DeliveryMetrics metrics,
      InstantSource clock) {}

  private final Parts parts;
  private final ReplyTopicStates states;
  private final HeldResults held = new HeldResults();

  /** The next steps for some results. */
  private static final class Plan {
    final List<Copy> copies = new ArrayList<>();
    final List<DeadLetter> letters = new ArrayList<>();
    final List<Trouble> troubles = new ArrayList<>();
    final List<Held> settled = new ArrayList<>();
    boolean holds;

    boolean empty() {
      return copies.isEmpty() && letters.isEmpty() && !holds;
    }
  }

  Courier(Parts parts, ReplyTopicStates states) {
    this.parts = parts;
    this.states = states;
  }

  /** Goes on with a partition where its last owner stopped. */
  void restore(TopicPartition partition, long position, String note) {
    Instant now = parts.clock().instant();
    for (long offset : HeldResults.offsets(note, position)) {
      parts
          .again()
          .apply(partition, offset)
          .flatMap(this::replyCopy)
          .ifPresent(copy -> held.put(new Held(partition, offset, copy.topic(), now)));
    }
    show();
  }

  /** The copy that a result may be held for; one to our own topic was written before. */
  private Optional<Copy> replyCopy(ConsumerRecord<byte[], byte[]> record) {
    return Copy.of(record, parts.results()).stream().filter(copy -> !copy.toOwnTopic()).findFirst();
  }

  void leave(Collection<TopicPartition> partitions) {
    held.leave(partitions);
    show();
  }

  /** Returns what is to be committed for a partition. */
  OffsetAndMetadata committed(TopicPartition partition) {
    long position = parts.position().apply(partition);
    return new OffsetAndMetadata(position, held.note(partition, position));
  }

  /**
   * Settles results as they come from the log.
   *
   * @return whether their positions are committed
   * @throws OwnTopicException if the topic of results as JSON takes nothing; nothing is settled
   */
  boolean deliver(Collection<ConsumerRecord<byte[], byte[]>> records) {
    List<Copy> copies = new ArrayList<>();
    Set<TopicPartition> partitions = new HashSet<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      partitions.add(new TopicPartition(record.topic(), record.partition()));
      copies.addAll(Copy.of(record, parts.results()));
    }
    return !copies.isEmpty() && settle(copies, partitions, null);
  }

  /** Tries some of the held results whose time has come again, or gives them up. */
  void retry() {
    Instant now = parts.clock().instant();
    List<Held> all = held.all();
    again(all.stream().filter(each -> !states.isSetAside(each.topic())).toList());
    again(
        all.stream()
            .filter(each -> states.isSetAside(each.topic()) && expired(each, now))
            .toList());
    Optional<String> due = states.due(parts.clock().instant());
    due.ifPresent(
        topic ->
            held.all().stream()
                .filter(each -> each.topic().equals(topic))
                .findFirst()
                .ifPresentOrElse(this::probe, () -> states.delivered(topic, now)));
    show();
  }

  /** Returns how long until a held result may be tried again, at most this. */
  Duration untilRetry(Duration most) {
    return held.size() > 0 ? Duration.ofMillis(Math.min(most.toMillis(), 100)) : most;
  }

  private void again(List<Held> some) {
    List<Held> next = some.subList(0, Math.min(some.size(), AGAIN_AT_ONCE));
    if (!next.isEmpty()) {
      settle(read(next), partitions(next), null);
    }
  }

  private void probe(Held first) {
    Instant began = parts.clock().instant();
    List<Held> one = List.of(first);
    settle(read(one), partitions(one), first.topic());
    Instant now = parts.clock().instant();
    if (states.isSetAside(first.topic())) {
      states.tried(Duration.between(began, now), now);
    }
  }

  private List<Copy> read(List<Held> some) {
    List<Copy> copies = new ArrayList<>();
    for (Held each : some) {
      Optional<Copy> copy =
          parts.again().apply(each.partition(), each.offset()).flatMap(this::replyCopy);
      if (copy.isPresent()) {
        copies.add(copy.get());
      } else {
        // The log's retention was shorter than the patience.
        held.remove(each.partition(), each.offset());
        parts.metrics().failed(Trouble.UNAVAILABLE);
      }
    }
    return copies;
  }

  private static Set<TopicPartition> partitions(List<Held> some) {
    Set<TopicPartition> partitions = new HashSet<>();
    some.forEach(each -> partitions.add(each.partition()));
    return partitions;
  }

  /**
   * Writes what becomes of them. Each round that fails takes a topic, or results of a size, out of
   * the next; so it ends. All rounds judge by what was known when the first began.
   *
   * @param probed a topic that is tried although it is set aside
   * @return whether anything was written
   */
  private boolean settle(
      List<Copy> copies, Set<TopicPartition> partitions, @Nullable String probed) {
    Instant now = parts.clock().instant();
    Set<String> unusable = look(copies, probed, now);
    String trying = probed == null || unusable.contains(probed) ? null : probed;
    while (true) {
      Plan plan = plan(copies, trying, now);
      if (plan.empty()) {
        return false;
      }
      plan.settled.forEach(each -> held.remove(each.partition(), each.offset()));
      Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
      partitions.forEach(each -> positions.put(each, committed(each)));
      List<Transactions.Failed> failed;
      try {
        failed = parts.transactions().write(plan.copies, plan.letters, positions);
      } catch (RuntimeException e) {
        plan.settled.forEach(held::put);
        throw e;
      }
      if (failed.isEmpty()) {
        written(plan);
        return true;
      }
      plan.settled.forEach(held::put);
      Instant later = parts.clock().instant();
      Map<String, Transactions.Failed> unavailable = new LinkedHashMap<>();
      for (Transactions.Failed each : ofReplyTopics(failed)) {
        String topic = each.copy().topic();
        if (each.trouble() != Trouble.UNAVAILABLE || unavailable.put(topic, each) == null) {
          states.failed(topic, each.trouble(), each.copy().bytes(), later);
        }
        parts.topics().forget(topic);
        if (topic.equals(trying)) {
          trying = null;
        }
      }
    }
  }

  /**
   * Leaves out our own topic's failures where a reply topic failed too: those may have come of the
   * reply topic's, and the next round shows whether they did.
   */
  private List<Transactions.Failed> ofReplyTopics(List<Transactions.Failed> failed) {
    List<Transactions.Failed> others = failed.stream().filter(each -> !stops(each)).toList();
    if (others.isEmpty()) {
      throw stopped(failed.getFirst().copy().topic(), failed.getFirst().trouble());
    }
    return others;
  }

  private static boolean stops(Transactions.Failed failed) {
    return failed.copy().toOwnTopic() && failed.trouble() != Trouble.TOO_LARGE;
  }

  private OwnTopicException stopped(String topic, Trouble trouble) {
    parts.topics().forget(topic);
    parts.metrics().failed(trouble);
    return new OwnTopicException(topic, trouble);
  }

  /**
   * Asks about all topics at once before any is written to, and returns those that are not there.
   */
  private Set<String> look(List<Copy> copies, @Nullable String probed, Instant now) {
    Set<String> names = new HashSet<>();
    for (Copy each : copies) {
      boolean tried =
          each.topic().equals(probed)
              || states.treat(each.topic(), each.bytes(), now) instanceof Treatment.Copy;
      if (each.readable() && tried && fault(each).isEmpty()) {
        names.add(each.topic());
      }
    }
    Set<String> own =
        copies.stream().filter(Copy::toOwnTopic).map(Copy::topic).collect(Collectors.toSet());
    Set<String> unusable = new HashSet<>();
    if (!names.isEmpty()) {
      parts
          .topics()
          .look(names)
          .forEach(
              (topic, presence) ->
                  trouble(presence)
                      .ifPresent(
                          trouble -> {
                            if (own.contains(topic)) {
                              throw stopped(topic, trouble);
                            }
                            states.failed(topic, trouble, 0, now);
                            unusable.add(topic);
                          }));
    }
    return unusable;
  }

  private static Optional<Trouble> trouble(Topics.Presence presence) {
    return switch (presence) {
      case THERE -> Optional.empty();
      case MISSING -> Optional.of(Trouble.MISSING);
      case HIDDEN -> Optional.of(Trouble.NOT_AUTHORISED);
      case UNKNOWN -> Optional.of(Trouble.UNAVAILABLE);
    };
  }

  private Optional<String> fault(Copy copy) {
    return copy.toOwnTopic()
        ? Optional.empty()
        : parts.rule().fault(copy.tenant(), copy.topic(), parts.routing().get());
  }

  private Plan plan(List<Copy> copies, @Nullable String probed, Instant now) {
    Plan plan = new Plan();
    for (Copy each : copies) {
      Optional<Held> before =
          each.toOwnTopic() ? Optional.empty() : held.find(each.partition(), each.offset());
      if (!each.readable()) {
        bury(plan, each, Trouble.UNREADABLE, null, before, now);
        continue;
      }
      Optional<String> fault = fault(each);
      if (fault.isPresent()) {
        bury(plan, each, Trouble.NOT_ALLOWED, fault.get(), before, now);
        continue;
      }
      switch (states.treat(each.topic(), each.bytes(), now)) {
        case Treatment.Copy() -> copy(plan, each, before);
        case Treatment.Bury(Trouble trouble) -> bury(plan, each, trouble, null, before, now);
        case Treatment.Hold() -> {
          boolean gone = before.map(known -> expired(known, now)).orElse(false);
          if (each.topic().equals(probed)) {
            copy(plan, each, before);
          } else if (gone || (before.isEmpty() && held.full(each.partition()))) {
            bury(plan, each, Trouble.UNAVAILABLE, null, before, now);
          } else if (before.isEmpty()) {
            held.put(new Held(each.partition(), each.offset(), each.topic(), now));
            plan.holds = true;
          } else {
            plan.holds |= fresh(before.get(), now);
          }
        }
      }
    }
    return plan;
  }

  /** Returns whether an earlier round of these same results held it. */
  private static boolean fresh(Held before, Instant now) {
    return before.since().equals(now);
  }

  private boolean expired(Held each, Instant now) {
    return !now.isBefore(each.since().plus(parts.config().patience()));
  }

  private static void copy(Plan plan, Copy each, Optional<Held> before) {
    plan.copies.add(each);
    before.ifPresent(plan.settled::add);
  }

  private static void bury(
      Plan plan,
      Copy each,
      Trouble trouble,
      @Nullable String why,
      Optional<Held> before,
      Instant now) {
    plan.letters.add(Letters.of(each, trouble, why, now));
    plan.troubles.add(trouble);
    before.ifPresent(plan.settled::add);
  }

  private void written(Plan plan) {
    Instant now = parts.clock().instant();
    plan.copies.stream().map(Copy::topic).distinct().forEach(topic -> states.delivered(topic, now));
    parts.metrics().copied(plan.copies.size());
    plan.troubles.forEach(parts.metrics()::failed);
    show();
  }

  private void show() {
    parts.metrics().waiting(held.size(), held.oldest(), states.setAside());
  }
}
