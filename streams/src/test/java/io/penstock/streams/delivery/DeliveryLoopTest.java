package io.penstock.streams.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.runtime.JobWatch;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class DeliveryLoopTest {

  private static final TopicPartition RESULTS = DeliveryWorld.RESULTS;

  private final DeliveryWorld world = new DeliveryWorld();
  private final CountDownLatch closed = new CountDownLatch(1);

  /** The consumer commits what it gives back, also when it is closed after a failure. */
  @Test
  void noPositionPassesAResultThatFailedEvenIfTheOnesBeforeItNeededNothing() throws Exception {
    world.result(null, 10);
    world.json = true;
    world.result(null, 10);
    world.troubles.put(TopicNames.DEFAULT.resultsJson(), Trouble.UNAVAILABLE);
    Reading consumer = new Reading();
    consumer.updateBeginningOffsets(Map.of(RESULTS, 0L));
    consumer.schedulePollTask(() -> consumer.rebalance(List.of(RESULTS)));
    world.log.forEach(each -> consumer.schedulePollTask(() -> consumer.addRecord(each)));
    DeliveryLoop loop =
        new DeliveryLoop(
            RESULTS.topic(),
            _ -> new OneLife(consumer),
            new DeliveryMetrics(new SimpleMeterRegistry(), InstantSource.system()),
            JobWatch.ofLoop("delivery", "restarts", new SimpleMeterRegistry(), System::nanoTime),
            InstantSource.system());
    loop.start();
    assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
    loop.close();

    assertThat(consumer.lastCommit).isNull();
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

    @Override
    public synchronized void close(CloseOptions options) {
      if (closed.getCount() > 0 && assignment().equals(Set.of(RESULTS))) {
        rebalance(List.of());
        closed.countDown();
      }
      super.close(options);
    }
  }

  private final class OneLife implements DeliveryLoop.Session {

    private final Consumer<byte[], byte[]> consumer;

    OneLife(Consumer<byte[], byte[]> consumer) {
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
    public void follow() {}

    @Override
    public void close() {}
  }
}
