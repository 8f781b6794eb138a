package io.penstock.compose.bench.failover;

import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.load.PenstockLoad;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.streams.dispatch.DispatchConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * What dispatch has in its state before it is killed: batch requests that wait, which came the
 * usual way, and the memory of requests that have ended. To have millions of the latter in minutes,
 * they are written to the changelog as dispatch would have written them in hours.
 */
final class StoredWork {

  private static final Duration DEADLINE = Duration.ofHours(12);
  private static final int LOOK_EVERY = 100_000;

  private final BenchCluster cluster;
  private final FailoverSettings settings;

  StoredWork(BenchCluster cluster, FailoverSettings settings) {
    this.cluster = cluster;
    this.settings = settings;
  }

  /** Puts it where dispatch finds it when it starts. No dispatch process may run. */
  void put(String model, BenchProgress progress) throws IOException, InterruptedException {
    if (settings.waiting() == 0 && settings.finished() == 0) {
      return;
    }
    // It also makes the changelogs.
    cluster.startDispatch(DispatchConfig.DEFAULT);
    fill(model, progress.part(0, 0.5));
    cluster.stopDispatch(true);
    remember(progress.part(0.5, 1));
  }

  private void fill(String model, BenchProgress progress) throws InterruptedException {
    try (PenstockLoad load =
        new PenstockLoad(cluster.connection(), cluster.topics().names(), model, DEADLINE)) {
      for (int each = 0; each < settings.waiting(); each++) {
        load.send("waits:" + each, ServiceClass.BATCH);
      }
      load.flush();
      cluster.awaitWaiting(
          settings.waiting(),
          now -> progress.at("filling the backlog", (double) now / settings.waiting()));
    }
  }

  private void remember(BenchProgress progress) {
    String changelog = cluster.topics().names().prefix() + "dispatch-finished-changelog";
    byte[] mark = mark(changelog);
    AtomicReference<@Nullable Exception> failed = new AtomicReference<>();
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(
            cluster.connection().with(Map.of("linger.ms", 20, "batch.size", 256 * 1024)),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int each = 0; each < settings.finished() && failed.get() == null; each++) {
        int partition = each % cluster.topics().modelPartitions();
        var _ =
            producer.send(
                new ProducerRecord<>(changelog, partition, key(each), mark),
                (_, failure) -> {
                  if (failure != null) {
                    failed.set(failure);
                  }
                });
        if (each % LOOK_EVERY == 0) {
          progress.at("remembering what has ended", (double) each / settings.finished());
        }
      }
      producer.flush();
    }
    if (failed.get() != null) {
      throw new IllegalStateException("what has ended could not be written", failed.get());
    }
  }

  private byte[] mark(String changelog) {
    return new AvroSerdes(cluster.connection())
        .serializer(DispatchFinished.class)
        .serialize(
            changelog,
            DispatchFinished.newBuilder()
                .setStatus(TerminalStatus.SUCCEEDED)
                .setAt(Instant.now())
                .setFingerprint(1L)
                .build());
  }

  /** As long as those of the HTTP front, and in no order, as those of strangers. */
  private static byte[] key(int number) {
    long mixed = number * 0x9E3779B97F4A7C15L;
    return RequestKey.of("bench", "%016x-%016x".formatted(mixed, (long) number))
        .getBytes(StandardCharsets.UTF_8);
  }
}
