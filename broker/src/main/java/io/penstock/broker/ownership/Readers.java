package io.penstock.broker.ownership;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.errors.KafkaUnavailableException;
import io.penstock.schemas.reading.CommittedReads;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A few consumers that read places of the log again, for many threads in turn. Each is made when it
 * is first needed, and again after it has failed.
 */
final class Readers implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int COUNT = 4;

  private final HomeTopics homes;
  private final String clientId;
  private final int mostRecords;
  private final BlockingQueue<Optional<Consumer<String, byte[]>>> slots =
      new ArrayBlockingQueue<>(COUNT, true);

  /**
   * @param mostRecords how many are read at once
   */
  Readers(HomeTopics homes, String clientId, int mostRecords) {
    this.homes = homes;
    this.clientId = clientId;
    this.mostRecords = mostRecords;
    for (int each = 0; each < COUNT; each++) {
      slots.add(Optional.empty());
    }
  }

  /**
   * Reads something, once a consumer is free.
   *
   * @throws ApiException with 503 if none is free in time
   * @throws KafkaUnavailableException if Kafka does not answer
   */
  <T> T read(Function<Consumer<String, byte[]>, T> reading) throws InterruptedException {
    Optional<Consumer<String, byte[]>> slot =
        slots.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    if (slot == null) {
      throw new ApiException(
          ApiError.unavailable(
              "Too many other results are being read; try again in a moment.", PAUSE));
    }
    Optional<Consumer<String, byte[]>> kept = Optional.empty();
    try {
      Consumer<String, byte[]> consumer = slot.orElseGet(this::consumer);
      slot = Optional.of(consumer);
      T found = reading.apply(consumer);
      kept = slot;
      return found;
    } catch (SerializationException damaged) {
      // To try again does not help.
      throw damaged;
    } catch (KafkaException failed) {
      throw new KafkaUnavailableException(failed);
    } finally {
      if (kept.isEmpty()) {
        slot.ifPresent(Consumer::close);
      }
      slots.add(kept);
    }
  }

  private Consumer<String, byte[]> consumer() {
    return CommittedReads.consumer(
        homes.connection(),
        clientId,
        new StringDeserializer(),
        Map.of("auto.offset.reset", "none", "max.poll.records", mostRecords));
  }

  @Override
  public void close() {
    slots.forEach(each -> each.ifPresent(Consumer::close));
  }
}
