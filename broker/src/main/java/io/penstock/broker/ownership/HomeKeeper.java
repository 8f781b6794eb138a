package io.penstock.broker.ownership;

import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.requests.RecentRequests;
import io.penstock.broker.requests.Watches;
import io.penstock.schemas.serde.AvroSerdes;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the homes of this instance: takes over what the group gives it, and hands back what the
 * group takes away. Starts once.
 */
public final class HomeKeeper implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HomeKeeper.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final OwnedHomes owned;
  private final PartitionTakeover opening;
  private final HomeReader reader;
  private final Membership membership;
  private final Duration patience;
  private final Map<Integer, KafkaStateWriter> writers = new ConcurrentHashMap<>();

  /** The number of each taking, so that a late one is not taken for the present one. */
  private final Map<Integer, Long> mine = new HashMap<>();

  private long takings;

  /** Whether all that this instance owned was open once. From then on it serves what is open. */
  private boolean hasServed;

  private boolean closed;

  /**
   * @param address where other instances reach this one
   * @param sessionTimeout how long an instance may be silent
   * @param listeners who keep something at home
   * @param memory how many requests of late are remembered in each partition
   */
  public HomeKeeper(
      HomeTopics homes,
      OwnedHomes owned,
      URI address,
      Duration sessionTimeout,
      List<PartitionListener> listeners,
      Watches watches,
      RecentRequests recent,
      int memory,
      AvroSerdes serdes,
      InstantSource clock) {
    this.owned = owned;
    this.patience = sessionTimeout;
    this.opening = new PartitionTakeover(homes, serdes, clock);
    this.reader = new HomeReader(homes, owned, listeners, watches, recent, memory, serdes);
    this.membership = new Membership(homes, address, sessionTimeout, this::owned);
  }

  public void start() {
    reader.start();
    membership.start();
  }

  /** What is wrong; empty if all is well. */
  public Optional<String> problem() {
    if (!membership.healthy()) {
      return Optional.of("it cannot take part in the group of the front's instances");
    }
    if (!reader.healthy()) {
      return Optional.of("it cannot read results");
    }
    synchronized (this) {
      return notOpen();
    }
  }

  /** Why it can do no more, as the end of a sentence, if a thread has died. */
  public Optional<String> failure() {
    if (membership.hasDied()) {
      return Optional.of("has died: its thread for the group of instances has ended");
    }
    return reader.hasDied()
        ? Optional.of("has died: its thread for results has ended")
        : Optional.empty();
  }

  /** A partition that comes later does not keep the others from being served. */
  private Optional<String> notOpen() {
    if (mine.isEmpty()) {
      return Optional.of("it owns no partition of the results topic yet");
    }
    Optional<Integer> opening =
        mine.keySet().stream()
            .filter(partition -> owned.state(partition) != OwnedHomes.State.OPEN)
            .findFirst();
    hasServed |= opening.isEmpty();
    return hasServed && !owned.open().isEmpty()
        ? Optional.empty()
        : opening.map("it is taking partition %d over"::formatted);
  }

  /** Leaves the group, so that others take over; those who wait here are still answered. */
  public void leave() {
    membership.close();
    owned(Set.of());
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    leave();
    reader.close();
    writers.values().forEach(KafkaStateWriter::close);
  }

  private synchronized void owned(Set<Integer> now) {
    Set<Integer> gone = new HashSet<>(mine.keySet());
    gone.removeAll(now);
    gone.forEach(this::lose);
    now.stream().filter(each -> !mine.containsKey(each)).forEach(this::take);
  }

  private synchronized void take(int partition) {
    if (closed) {
      return;
    }
    long taking = ++takings;
    mine.put(partition, taking);
    owned.opening(partition, taking);
    Thread.ofVirtual()
        .name("penstock-front-opening-" + partition)
        .start(() -> open(partition, taking));
  }

  private synchronized void lose(int partition) {
    mine.remove(partition);
    owned.elsewhere(partition);
    KafkaStateWriter writer = writers.remove(partition);
    if (writer != null) {
      Thread.ofVirtual().start(writer::close);
    }
    reader.lost(partition);
  }

  private void open(int partition, long taking) {
    while (isCurrent(partition, taking)) {
      try {
        PartitionTakeover.Opened opened = opening.open(partition, () -> failed(partition, taking));
        opened(partition, taking, opened);
        return;
      } catch (RuntimeException cannot) {
        LOG.warn("Partition {} cannot be taken over yet: {}", partition, cannot.toString());
        pause(PAUSE);
      }
    }
  }

  private synchronized void opened(int partition, long taking, PartitionTakeover.Opened opened) {
    if (isCurrent(partition, taking)) {
      writers.put(partition, opened.writer());
      reader.taken(partition, taking, opened, () -> failed(partition, taking));
    } else {
      opened.writer().close();
    }
  }

  /**
   * The writer was fenced off, Kafka failed, or a listener did. In the first case the group will
   * say so; where it has not by the time by which it notices silence, the partition is this
   * instance's still.
   */
  private void failed(int partition, long taking) {
    if (!isCurrent(partition, taking)) {
      return;
    }
    Thread.ofVirtual()
        .start(
            () -> {
              pause(patience);
              retake(partition, taking);
            });
  }

  private synchronized void retake(int partition, long taking) {
    if (isCurrent(partition, taking)) {
      lose(partition);
      take(partition);
    }
  }

  private synchronized boolean isCurrent(int partition, long taking) {
    return !closed && mine.getOrDefault(partition, -1L) == taking;
  }

  private static void pause(Duration length) {
    try {
      Thread.sleep(length);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
