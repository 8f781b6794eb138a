package io.penstock.streams.runtime;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's clients, with patient transactions and a count of the records that each stream thread has
 * polled and not yet processed. A transaction costs as much for one record as for a hundred:
 * committing as soon as nothing waits keeps a lone record quick, and while more waits the batch
 * grows by itself.
 *
 * <p>A poll that came back full is not an end, since more is likely there. Records that a task
 * drops or gives up with its partition are never processed; a count that such records have left too
 * high leaves commits to the interval until {@link #forget} is called.
 */
public final class PolledBatches implements KafkaClientSupplier, BatchEnd {

  /** Belongs to one stream thread; no other uses it. */
  private static final class Count {
    private int outstanding;
    private boolean full;
  }

  /** A rest is no longer than this, so that the thread keeps up with its group. */
  private static final Duration LONGEST_REST = Duration.ofMillis(100);

  private final double share;
  private final @Nullable LatestWork others;
  private final @Nullable LatestWork told;
  private final WorkReport report;
  private final LongConsumer appended;
  private final BootstrapNames names = BootstrapNames.ofSystem();
  private final ThreadLocal<Count> counts = ThreadLocal.withInitial(Count::new);

  private PolledBatches(
      double share,
      @Nullable LatestWork others,
      @Nullable LatestWork told,
      WorkReport report,
      LongConsumer appended) {
    this.share = share;
    this.others = others;
    this.told = told;
    this.report = report;
    this.appended = appended;
  }

  /** A loop that also tells how it gets on, and sets a clock by what Kafka acknowledges. */
  public PolledBatches reportingTo(Progress progress, LogClock clock) {
    return new PolledBatches(
        share, others, told, new WorkReport(progress, System::nanoTime), clock::acknowledged);
  }

  /** Threads work all the time. */
  public static PolledBatches diligent() {
    return new PolledBatches(1, null, null, WorkReport.NONE, appended -> {});
  }

  /** Threads work all the time, and tell when they had work. */
  public static PolledBatches telling(LatestWork told) {
    return new PolledBatches(1, null, told, WorkReport.NONE, appended -> {});
  }

  /**
   * While others have work, threads work for a share of the time as long as they have a backlog,
   * that is after each full poll. What they leave serves the others on the same machine.
   *
   * @param share above 0, 1 at most
   */
  public static PolledBatches givingWay(double share, LatestWork others) {
    return new PolledBatches(share, others, null, WorkReport.NONE, appended -> {});
  }

  /** Returns how long to rest after work that took so long. */
  static Duration rest(Duration work, double share) {
    Duration rest = Duration.ofNanos((long) (work.toNanos() * (1 / share - 1)));
    return rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest;
  }

  @Override
  public boolean reached() {
    Count count = counts.get();
    count.outstanding = Math.max(0, count.outstanding - 1);
    return count.outstanding == 0 && !count.full;
  }

  /** Returns whether this thread has a backlog that others' work goes before. */
  boolean givesWay(long nanoTime) {
    return others != null && counts.get().full && others.isExpected(nanoTime);
  }

  /** Counts what this thread has polled, of the most it could have. */
  void polled(int records, int most) {
    Count count = counts.get();
    count.outstanding += records;
    count.full = records >= most;
  }

  @Override
  public void forget() {
    counts.get().outstanding = 0;
  }

  /** A thread that is replaced must not be lost because Kafka's names are gone meanwhile. */
  private void awaitNames(Map<String, Object> config) {
    Object servers = config.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
    if (servers instanceof Collection<?> several) {
      names.await(several.stream().map(String::valueOf).toList());
    } else if (servers != null) {
      names.await(List.of(servers.toString().split(",", -1)));
    }
  }

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    awaitNames(config);
    return Admin.create(config);
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    awaitNames(config);
    return new PatientProducer(config, report::committed, appended);
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    awaitNames(config);
    return new CountingConsumer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    awaitNames(config);
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    awaitNames(config);
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** Counts what the stream thread gets. */
  private final class CountingConsumer extends KafkaConsumer<byte[], byte[]> {

    private final int most;
    private final WorkReport.Reader reader = report.reader();
    private long polledAt;

    CountingConsumer(Map<String, Object> config) {
      super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      Object given = config.get(ConsumerConfig.MAX_POLL_RECORDS_CONFIG);
      most =
          given == null
              ? ConsumerConfig.DEFAULT_MAX_POLL_RECORDS
              : Integer.parseInt(given.toString());
    }

    private void rest() {
      if (givesWay(System.nanoTime())) {
        try {
          Thread.sleep(PolledBatches.rest(Duration.ofNanos(System.nanoTime() - polledAt), share));
        } catch (InterruptedException e) {
          // The poll that follows throws as Kafka does.
          Thread.currentThread().interrupt();
        }
      }
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      rest();
      reader.returned();
      ConsumerRecords<byte[], byte[]> records = super.poll(timeout);
      reader.polled(this, records.count());
      polled(records.count(), most);
      polledAt = System.nanoTime();
      if (told != null && !records.isEmpty()) {
        told.came(polledAt);
      }
      return records;
    }

    @Override
    public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
      super.commitSync(offsets);
      report.committed(offsets.keySet());
    }

    @Override
    public void close() {
      reader.gone();
      super.close();
    }

    @Override
    public void close(CloseOptions option) {
      reader.gone();
      super.close(option);
    }
  }
}
