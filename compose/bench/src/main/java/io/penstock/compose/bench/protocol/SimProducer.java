package io.penstock.compose.bench.protocol;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** A worker's producer on the simulated network, which loses, delays and repeats what it sends. */
final class SimProducer extends MockProducer<String, byte[]> {

  private final Cluster cluster;
  private final Chance chance;
  private final Outgoing outgoing;
  private final Set<Sent> unacknowledged = new LinkedHashSet<>();
  private boolean ended;

  /** The worker around the producer. */
  interface Outgoing {

    /** The record that was written last, in the place of its bytes. */
    Runnable appending(ProducerRecord<String, byte[]> record);

    /** Runs something of the worker's process once that runs, if it ever does. */
    void whenAwake(Runnable action);
  }

  private record Sent(Callback callback) {

    void done(@Nullable Exception problem) {
      callback.onCompletion(null, problem);
    }
  }

  SimProducer(Cluster cluster, Chance chance, Outgoing outgoing) {
    super(false, null, new StringSerializer(), new ByteArraySerializer());
    this.cluster = cluster;
    this.chance = chance;
    this.outgoing = outgoing;
  }

  @Override
  public synchronized Future<RecordMetadata> send(
      ProducerRecord<String, byte[]> record, Callback callback) {
    Runnable append = outgoing.appending(record);
    Sent sent = new Sent(callback);
    unacknowledged.add(sent);
    long arrival = chance.millis(1, 5);
    Weather weather = cluster.weather;
    if (weather.brings(FaultKind.DELAY, 300)) {
      arrival += chance.millis(20, chance.oneIn(10) ? 8_000 : 1_000);
    }
    if (weather.brings(FaultKind.PRODUCER, 30_000)) {
      if (chance.oneIn(2)) {
        cluster.clock.after(arrival, append);
      }
      acknowledge(sent, arrival, new AuthorizationException("the producer may not write any more"));
    } else if (weather.brings(FaultKind.DROP, 500)) {
      acknowledge(sent, chance.millis(500, 6_000), new TimeoutException("the record is lost"));
    } else {
      cluster.clock.after(arrival, append);
      if (weather.brings(FaultKind.REPEAT, 200)) {
        cluster.clock.after(arrival + chance.millis(0, 3_000), append);
      }
      if (weather.brings(FaultKind.LOST_ACK, 500)) {
        acknowledge(sent, chance.millis(500, 6_000), new TimeoutException("nobody answered"));
      } else {
        acknowledge(sent, arrival + chance.millis(0, 3), null);
      }
    }
    return CompletableFuture.completedFuture(null);
  }

  private void acknowledge(Sent sent, long after, @Nullable Exception problem) {
    cluster.clock.after(
        after,
        () ->
            outgoing.whenAwake(
                () -> {
                  if (unacknowledged.remove(sent)) {
                    sent.done(problem);
                  }
                }));
  }

  @Override
  public void close(Duration timeout) {
    if (!ended) {
      ended = true;
      List<Sent> left = new ArrayList<>(unacknowledged);
      unacknowledged.clear();
      left.forEach(sent -> sent.done(new KafkaException("the producer was closed")));
    }
  }
}
