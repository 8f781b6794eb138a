package io.penstock.broker.ownership;

import io.penstock.broker.errors.KafkaUnavailableException;
import io.penstock.broker.requests.StoredChunks;
import io.penstock.schemas.TokenChunk;
import io.penstock.schemas.serde.AvroSerdes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads the chunks of a request again, from the time on from which there may be some to the end of
 * its partition. Safe for use by many threads.
 */
public final class ChunkLog implements StoredChunks, AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration POLL = Duration.ofMillis(100);

  private final HomeTopics homes;
  private final Deserializer<TokenChunk> chunks;
  private final int mostBytes;
  private final Readers readers;

  /**
   * @param mostBytes of one request's chunks; where there are more, none are found
   */
  public ChunkLog(HomeTopics homes, AvroSerdes serdes, int mostBytes) {
    this.homes = homes;
    this.chunks = serdes.deserializer(TokenChunk.class);
    this.mostBytes = mostBytes;
    this.readers = new Readers(homes, "penstock-front-chunks", 2000);
  }

  /**
   * The chunks of a request. Blocks.
   *
   * @throws KafkaUnavailableException if Kafka does not answer in time
   */
  @Override
  public List<TokenChunk> read(int home, String tenant, String id, Instant since)
      throws InterruptedException {
    return readers.read(consumer -> read(consumer, homes.chunks(home), tenant, id, since));
  }

  private List<TokenChunk> read(
      Consumer<String, byte[]> consumer,
      TopicPartition partition,
      String tenant,
      String id,
      Instant since) {
    long end = consumer.endOffsets(List.of(partition), PATIENCE).get(partition);
    OffsetAndTimestamp begin =
        consumer.offsetsForTimes(Map.of(partition, since.toEpochMilli()), PATIENCE).get(partition);
    if (begin == null || begin.offset() >= end) {
      return List.of();
    }
    consumer.assign(List.of(partition));
    consumer.seek(partition, begin.offset());
    List<TokenChunk> found = new ArrayList<>();
    long bytes = 0;
    long until = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (consumer.position(partition, PATIENCE) < end) {
        if (System.nanoTime() - until > 0) {
          throw new TimeoutException(
              "the chunks of %s were not read within %s".formatted(partition, PATIENCE));
        }
        for (ConsumerRecord<String, byte[]> each : consumer.poll(POLL)) {
          if (!id.equals(each.key()) || each.value() == null) {
            continue;
          }
          TokenChunk chunk = chunks.deserialize(each.topic(), each.value());
          if (chunk.getTenant().equals(tenant)) {
            found.add(chunk);
            bytes += each.value().length;
          }
          if (bytes > mostBytes) {
            return List.of();
          }
        }
      }
    } catch (InvalidOffsetException deleted) {
      return List.of();
    }
    return found;
  }

  @Override
  public void close() {
    readers.close();
  }
}
