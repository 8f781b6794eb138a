package io.penstock.streams.runtime;

import io.penstock.schemas.errors.FatalErrors;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.schemas.serde.SchemaRejectedException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Finds the record that ends one stream thread after another. Whoever replaces a dead thread reads
 * again what it had in hand; a record that ended {@value #DEATHS} of them is condemned: its job
 * sets it aside instead of trying it once more, and answers its request as far as that can be read.
 * If even that ends a thread, the job writes a dead letter and looks no further. This class is
 * thread-safe; what it knows ends with the process.
 */
public final class CrashLoop {

  /** The number of threads that a record may end before it is condemned. */
  public static final int DEATHS = 3;

  private static final int MOST_REMEMBERED = 1000;

  private record Position(String topic, int partition, long offset) {

    static Position of(RecordMetadata record) {
      return new Position(record.topic(), record.partition(), record.offset());
    }
  }

  private final Map<Position, Integer> deaths =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Position, Integer> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  private volatile boolean any;

  /** Returns whether a record has ended too many threads. */
  public boolean condemned(RecordMetadata record) {
    return any && deaths(Position.of(record)) >= DEATHS;
  }

  /** Returns whether setting a condemned record aside has ended a thread, too. */
  public boolean hopeless(RecordMetadata record) {
    return any && deaths(Position.of(record)) > DEATHS;
  }

  /** Works on a record, and remembers it if that fails by its own fault. */
  public void watch(RecordMetadata record, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error thrown) {
      if (blamesRecord(thrown)) {
        died(Position.of(record));
      }
      throw thrown;
    }
  }

  private synchronized int deaths(Position record) {
    return deaths.getOrDefault(record, 0);
  }

  private synchronized void died(Position record) {
    deaths.merge(record, 1, Integer::sum);
    any = true;
  }

  /**
   * Returns whether another record would have been worked on. Kafka, the registry or an exhausted
   * heap say nothing about the one in hand.
   */
  static boolean blamesRecord(Throwable thrown) {
    if (FatalErrors.isFatal(thrown)) {
      return false;
    }
    int looked = 0;
    for (@Nullable Throwable each = thrown; each != null && looked < 100; each = each.getCause()) {
      if (each instanceof MalformedRecordException) {
        return true;
      }
      boolean wrapper =
          each instanceof StreamsException && !(each instanceof TaskMigratedException);
      if (each instanceof ApiException
          || each instanceof SchemaRejectedException
          || (each instanceof KafkaException && !wrapper)) {
        return false;
      }
      looked++;
    }
    return true;
  }
}
