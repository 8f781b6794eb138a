package io.penstock.compose.demo;

import io.penstock.compose.bench.load.ResultReader;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends a workload to a running cluster and counts what comes back. The calling thread reads the
 * results topic from end to end; two more send.
 */
public final class DemoRun {

  private static final Duration POLL = Duration.ofMillis(50);

  private final ClusterConnection connection;
  private final TopicNames names;
  private final DemoWorkload workload;
  private final DemoSettings settings;
  private final InstantSource clock;
  private final DemoLedger ledger = new DemoLedger();

  public DemoRun(
      ClusterConnection connection,
      TopicNames names,
      DemoWorkload workload,
      DemoSettings settings,
      InstantSource clock) {
    this.connection = connection;
    this.names = names;
    this.workload = workload;
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Runs to the end.
   *
   * @param answered told how many requests have been answered, each time it changes
   * @throws ExecutionException if requests could not be produced
   */
  public DemoReport run(LongConsumer answered) throws InterruptedException, ExecutionException {
    AvroSerdes serdes = new AvroSerdes(connection);
    try (ResultReader results = new ResultReader(connection, names.results());
        Producer<String, InferenceRequest> producer =
            new KafkaProducer<>(
                connection.with(Map.of("acks", "all", "linger.ms", "0")),
                new StringSerializer(),
                serdes.serializer(InferenceRequest.class));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      DemoSender sender = new DemoSender(workload, names, producer, ledger, clock);
      List<Future<?>> senders =
          List.of(
              threads.submit(() -> send(sender, ServiceClass.BATCH, Duration.ZERO)),
              threads.submit(() -> send(sender, ServiceClass.INTERACTIVE, settings.interval())));
      try {
        collect(results, senders, answered);
      } finally {
        threads.shutdownNow();
      }
      if (sender.failure() != null) {
        throw new ExecutionException(sender.failure());
      }
    }
    return ledger.report();
  }

  private static boolean send(DemoSender sender, ServiceClass serviceClass, Duration between)
      throws Exception {
    sender.send(serviceClass, between);
    return true;
  }

  private void collect(ResultReader results, List<Future<?>> senders, LongConsumer answered)
      throws InterruptedException, ExecutionException {
    long before = 0;
    long quietSince = System.nanoTime();
    while (true) {
      take(results);
      long now = System.nanoTime();
      boolean allSent = senders.stream().allMatch(Future::isDone);
      if (ledger.answered() > before) {
        before = ledger.answered();
        quietSince = now;
        answered.accept(before);
      }
      if (allSent) {
        for (Future<?> sender : senders) {
          sender.get();
        }
      }
      boolean complete = allSent && before == ledger.submitted();
      if (complete || now - quietSince > settings.patience().toNanos()) {
        watchForStragglers(results);
        return;
      }
    }
  }

  private void watchForStragglers(ResultReader results) throws InterruptedException {
    long until = System.nanoTime() + settings.stragglers().toNanos();
    while (System.nanoTime() < until) {
      take(results);
    }
  }

  private void take(ResultReader results) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    results.poll(POLL, ledger::result);
  }
}
