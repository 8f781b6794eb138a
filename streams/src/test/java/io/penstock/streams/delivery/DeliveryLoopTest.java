package io.penstock.streams.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.runtime.JobWatch;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class DeliveryLoopTest {

  private static final TopicPartition RESULTS = DeliveryWorld.RESULTS;
  private static final String OWN_TOPIC = TopicNames.DEFAULT.resultsJson();

  private final DeliveryWorld world = new DeliveryWorld();
  private final CountDownLatch wentBack = new CountDownLatch(1);
  private final CountDownLatch copied = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicInteger attempts = new AtomicInteger();
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-01T00:00:00Z"));

  /** The consumer commits what it gives back, also when it is closed after a failure. */
  @Test
  void noPositionPassesAResultThatFailedEvenIfTheOnesBeforeItNeededNothing() throws Exception {
    world.result(null, 10);
    world.json = true;
    world.result(null, 10);
    world.troubles.put(OWN_TOPIC, Trouble.UNAVAILABLE);
    Reading consumer = new Reading();
    consumer.updateBeginningOffsets(Map.of(RESULTS, 0L));
    consumer.schedulePollTask(() -> consumer.rebalance(List.of(RESULTS)));
    world.log.forEach(each -> consumer.schedulePollTask(() -> consumer.addRecord(each)));
    DeliveryLoop loop = loop(consumer);
    loop.start();
    assertThat(wentBack.await(20, TimeUnit.SECONDS)).isTrue();
    loop.close();
    assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();

    assertThat(consumer.lastCommit).isNull();
  }

  @Test
  void aStopForOurOwnTopicKeepsTheClientsAndEndsWithTheTrouble() throws Exception {
    world.json = true;
    String id = world.result(null, 10);
    world.troubles.put(OWN_TOPIC, Trouble.MISSING);
    Reading consumer = new Reading();
    consumer.updateBeginningOffsets(Map.of(RESULTS, 0L));
    consumer.schedulePollTask(() -> consumer.rebalance(List.of(RESULTS)));
    consumer.schedulePollTask(consumer::addAll);
    DeliveryLoop loop = loop(consumer);
    loop.start();
    assertThat(wentBack.await(20, TimeUnit.SECONDS)).isTrue();
    world.troubles.clear();
    consumer.schedulePollTask(consumer::addAll);
    now.set(now.get().plusSeconds(60));
    assertThat(copied.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(closed.getCount()).as("consumers not closed").isEqualTo(1);
    loop.close();

    assertThat(world.copies(OWN_TOPIC)).containsExactly(id);
    assertThat(attempts).hasValue(1);
  }

  private DeliveryLoop loop(Reading consumer) {
    return new DeliveryLoop(
        RESULTS.topic(),
        _ -> {
          attempts.incrementAndGet();
          return new OneAttempt(consumer);
        },
        new DeliveryMetrics(new SimpleMeterRegistry(), now::get),
        JobWatch.ofLoop("delivery", "restarts", new SimpleMeterRegistry(), System::nanoTime),
        now::get);
  }

  /** Gives its partitions back when it is closed, as a real one does. */
  private final class Reading extends MockConsumer<byte[], byte[]> {

    private OffsetAndMetadata lastCommit;

    Reading() {
      super("earliest");
    }

    @Override
    public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
      lastCommit = offsets.get(RESULTS);
      super.commitSync(offsets);
    }

    void addAll() {
      world.log.forEach(this::addRecord);
    }

    @Override
    public synchronized void seekToBeginning(Collection<TopicPartition> partitions) {
      super.seekToBeginning(partitions);
      wentBack.countDown();
    }

    @Override
    public synchronized void close(CloseOptions options) {
      if (closed.getCount() > 0 && assignment().equals(Set.of(RESULTS))) {
        rebalance(List.of());
        closed.countDown();
      }
      super.close(options);
    }
  }

  private final class OneAttempt implements DeliveryLoop.Session {

    private final Consumer<byte[], byte[]> consumer;

    OneAttempt(Consumer<byte[], byte[]> consumer) {
      this.consumer = consumer;
    }

    @Override
    public Consumer<byte[], byte[]> consumer() {
      return consumer;
    }

    @Override
    public Courier courier() {
      return world.courier;
    }

    @Override
    public void follow() {
      if (!world.copies(OWN_TOPIC).isEmpty()) {
        copied.countDown();
      }
    }

    @Override
    public void close() {}
  }
}
