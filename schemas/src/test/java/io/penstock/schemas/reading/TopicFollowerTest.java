package io.penstock.schemas.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.serde.RegistryUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TopicFollowerTest {

  private static final String TOPIC = "table";
  private static final int PARTITIONS = 2;

  private final List<List<ConsumerRecord<String, byte[]>>> log = new ArrayList<>();
  private final BlockingQueue<MemoryConsumer> opened = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final BlockingQueue<Throwable> faults = new LinkedBlockingQueue<>();
  private final TopicFollower follower =
      new TopicFollower(
          "follower",
          this::consumer,
          List.of(
              new FollowedTopic<>(
                  TOPIC,
                  (topic, value) -> read(value),
                  (key, value) -> heard.add(key + "=" + value),
                  (key, why) -> heard.add(key + " ignored: " + why))),
          new TopicFollower.Listener() {
            @Override
            public void beginning() {
              heard.add("beginning");
            }

            @Override
            public void upToDate() {
              heard.add("up to date");
            }
          });

  TopicFollowerTest() {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      log.add(new ArrayList<>());
    }
  }

  @AfterEach
  void close() {
    follower.close();
  }

  @Test
  void passesWhatThereIsThenSaysSoAndGoesOnWithEachChange() throws Exception {
    append(0, "a", "1");
    append(1, "b", "1");
    append(0, "a", "2");
    MemoryConsumer consumer = start();
    hear("beginning");
    assertThat(follower.caughtUp()).isFalse();
    consumer.deliver();
    assertThat(List.of(next(), next(), next())).containsExactlyInAnyOrder("a=1", "b=1", "a=2");
    hear("up to date");

    append(1, "b", null);
    consumer.deliver();
    hear("b=null", "up to date");
    assertThat(follower.caughtUp()).isTrue();
  }

  @Test
  void anEmptyTopicIsWholeAtOnce() throws Exception {
    start();
    hear("beginning", "up to date");
  }

  @Test
  void aRecordThatCannotBeReadIsLeftOut() throws Exception {
    append(0, "a", "1");
    append(0, "a", "malformed");
    append(0, null, "1");
    append(0, "b", "1");
    MemoryConsumer consumer = start();
    consumer.deliver();
    hear(
        "beginning",
        "a=1",
        "a ignored: not a value",
        "(none) ignored: its record has no key",
        "b=1",
        "up to date");
  }

  @Test
  void afterAFailureItGoesOnWhereItStood() throws Exception {
    append(0, "a", "1");
    append(0, "b", "1");
    append(0, "c", "1");
    faults.add(new RegistryUnavailableException("away", null));
    MemoryConsumer first = start();
    append(0, "d", "1");
    first.deliver();
    MemoryConsumer second = opened.take();
    second.deliver();
    hear("beginning", "a=1", "b=1", "c=1", "d=1", "up to date");
    assertThat(first.closed()).isTrue();
  }

  @Test
  void whereItsPlaceIsLostEverythingComesAnew() throws Exception {
    append(0, "a", "1");
    MemoryConsumer consumer = start();
    consumer.deliver();
    hear("beginning", "a=1", "up to date");

    consumer.loseItsPlace();
    hear("beginning");
    consumer.deliver();
    hear("a=1", "up to date");
  }

  @Test
  void anErrorMayHaveInterruptedAFollowerMidwaySoThatEverythingComesAnew() throws Exception {
    append(0, "a", "1");
    MemoryConsumer first = start();
    first.deliver();
    hear("beginning", "a=1", "up to date");

    faults.add(new OutOfMemoryError("heap"));
    append(0, "b", "1");
    first.deliver();
    opened.take().deliver();
    hear("beginning", "a=1", "b=1", "up to date");
    assertThat(follower.healthy()).isTrue();
  }

  @Test
  void nothingIsPassedThatComesAfterItWasAskedToEnd() throws Exception {
    append(0, "a", "1");
    MemoryConsumer consumer = start();
    hear("beginning");
    consumer.deliverAfter(follower::stop);
    follower.close();
    assertThat(consumer.closed()).isTrue();
    assertThat(heard).isEmpty();
  }

  @Test
  void aTopicIsFollowedOnce() {
    FollowedTopic<String> topic =
        new FollowedTopic<>(TOPIC, (name, value) -> "", (key, value) -> {}, (key, why) -> {});
    assertThatThrownBy(() -> new TableReader(List.of(topic, topic)))
        .hasMessage("topic table is followed twice");
  }

  private MemoryConsumer start() throws InterruptedException {
    follower.start();
    return opened.take();
  }

  private void hear(String... all) throws InterruptedException {
    for (String each : all) {
      assertThat(next()).isEqualTo(each);
    }
  }

  private String next() throws InterruptedException {
    return String.valueOf(heard.poll(10, TimeUnit.SECONDS));
  }

  private String read(byte[] value) {
    String text = new String(value, StandardCharsets.UTF_8);
    if (text.equals("malformed")) {
      throw new IllegalArgumentException("not a value");
    }
    switch (faults.poll()) {
      case null -> {}
      case RuntimeException fault -> throw fault;
      case Error fault -> throw fault;
      case Throwable fault -> throw new AssertionError(fault);
    }
    return text;
  }

  private void append(int partition, @Nullable String key, @Nullable String value) {
    List<ConsumerRecord<String, byte[]>> records = log.get(partition);
    byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
    synchronized (log) {
      records.add(new ConsumerRecord<>(TOPIC, partition, records.size(), key, bytes));
    }
  }

  private Consumer<String, byte[]> consumer() {
    MemoryConsumer consumer = new MemoryConsumer();
    opened.add(consumer);
    return consumer;
  }

  /** Reads the log, each time the test has it deliver. Holds no lock while it waits for that. */
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  private final class MemoryConsumer extends MockConsumer<String, byte[]> {

    private final BlockingQueue<Runnable> polls = new LinkedBlockingQueue<>();

    MemoryConsumer() {
      super("none");
      updatePartitions(
          TOPIC,
          IntStream.range(0, PARTITIONS)
              .mapToObj(each -> new PartitionInfo(TOPIC, each, null, null, null))
              .toList());
      updateOffsets();
    }

    private void updateOffsets() {
      synchronized (log) {
        for (int each = 0; each < PARTITIONS; each++) {
          TopicPartition partition = new TopicPartition(TOPIC, each);
          updateBeginningOffsets(Map.of(partition, 0L));
          updateEndOffsets(Map.of(partition, (long) log.get(each).size()));
        }
      }
    }

    /** The next poll gets all records from the position on. */
    void deliver() {
      polls.add(this::addRecords);
    }

    /** The next poll does this first, and then gets all records. */
    void deliverAfter(Runnable first) {
      polls.add(
          () -> {
            first.run();
            addRecords();
          });
    }

    /** The next poll finds that its position is no longer in the log. */
    void loseItsPlace() {
      polls.add(
          () -> {
            throw new OffsetOutOfRangeException(Map.of(new TopicPartition(TOPIC, 0), 1L));
          });
    }

    private void addRecords() {
      updateOffsets();
      synchronized (log) {
        for (List<ConsumerRecord<String, byte[]>> records : log) {
          for (ConsumerRecord<String, byte[]> each : records) {
            if (each.offset() >= position(new TopicPartition(TOPIC, each.partition()))) {
              addRecord(each);
            }
          }
        }
      }
    }

    @Override
    public ConsumerRecords<String, byte[]> poll(Duration timeout) {
      try {
        polls.take().run();
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
      return super.poll(timeout);
    }

    @Override
    public void wakeup() {
      super.wakeup();
      polls.add(() -> {});
    }
  }
}
